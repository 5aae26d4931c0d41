"""A commit that a client never comes back from ends the worker, and nothing is lost or answered twice."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest

from sentiment.errors import ServiceError
from streaming.brokers import confluent, kafka_python_broker
from streaming.brokers.memory import MemoryCluster
from tests.contract.conftest import World, poll, values


class Stuck:
    """A real producer, but for one call that waits for ever, as librdkafka's does when a coordinator is gone."""

    def __init__(self, producer: Any, forever: Event) -> None:
        self._producer = producer
        self._forever = forever

    def send_offsets_to_transaction(self, *_: object) -> None:
        self._forever.wait()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._producer, name)


def test_a_commit_that_is_stuck_fails_and_its_successor_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(world.cluster, MemoryCluster):
        pytest.skip("nothing in memory can be stuck")
    worker, forever = world.join(), Event()
    world.send("a")
    batch = poll(worker)
    with monkeypatch.context() as patch:
        patch.setattr(confluent, "COMMIT_SECONDS", 1)
        patch.setattr(confluent, "GRACE_SECONDS", 1)
        patch.setattr(kafka_python_broker, "COMMIT_SECONDS", 2)
        patch.setattr(worker, "_producer", Stuck(worker._producer, forever))  # type: ignore[attr-defined]  # noqa: SLF001
        with pytest.raises(ServiceError, match="committing a transaction failed"):
            world.answer(worker, batch)
    worker.close()
    forever.set()

    successor = world.join()
    again = poll(successor)
    assert values(again) == ["a"]
    world.answer(successor, again)
    assert world.answers(1) == ["a"]
