"""A commit or a close that a client never comes back from does not keep the worker, and nothing is lost or repeated."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any

import pytest

from sentiment.errors import ServiceError
from streaming.brokers import confluent, kafka_python_broker
from streaming.brokers.memory import MemoryCluster
from tests.contract.conftest import World, poll, values

COMMIT = "send_offsets_to_transaction"


class Altered:
    """A real client, but for one call, which does something else: it waits for ever, for instance."""

    def __init__(self, client: Any, call: str, act: Callable[[], object]) -> None:
        self._client, self._call, self._act = client, call, act

    def __getattr__(self, name: str) -> Any:
        return (lambda *_: self._act()) if name == self._call else getattr(self._client, name)


def test_a_commit_that_is_stuck_fails_and_its_successor_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As librdkafka's is when a coordinator is gone."""
    if isinstance(world.cluster, MemoryCluster):
        pytest.skip("nothing in memory can be stuck")
    worker, forever = world.join(), Event()
    world.send("a")
    batch = poll(worker)
    with monkeypatch.context() as patch:
        patch.setattr(confluent, "COMMIT_SECONDS", 1)
        patch.setattr(confluent, "GRACE_SECONDS", 1)
        patch.setattr(kafka_python_broker, "COMMIT_SECONDS", 2)
        patch.setattr(worker, "_producer", Altered(worker._producer, COMMIT, forever.wait))  # type: ignore[attr-defined]  # noqa: SLF001
        with pytest.raises(ServiceError, match="committing a transaction failed"):
            world.answer(worker, batch)
    worker.close()
    forever.set()

    successor = world.join()
    again = poll(successor)
    assert values(again) == ["a"]
    world.answer(successor, again)
    assert world.answers(1) == ["a"]


def test_a_close_that_is_stuck_is_given_up_and_the_group_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As librdkafka's is, sometimes, when the group is rebalanced meanwhile."""
    worker, forever = world.join(), Event()
    if not isinstance(worker, confluent.ConfluentBroker):
        pytest.skip("this client's close has a limit")
    world.send("a")
    world.answer(worker, poll(worker))
    monkeypatch.setattr(confluent, "CLOSE_SECONDS", 1)
    stuck = Altered(worker._consumer, "close", forever.wait)  # noqa: SLF001
    monkeypatch.setattr(worker, "_consumer", stuck)
    worker.leave()
    worker.close()
    assert [record.message for record in caplog.records if record.name == "confluent_kafka"] == [
        "the consumer has not closed in 1 s: it ends with the process"
    ]

    world.send("b")
    successor = world.join("two")  # which gets all partitions at once: the other's session would last 45 s
    assert values(poll(successor)) == ["b"]
    forever.set()


def test_a_close_that_warns_is_not_an_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As librdkafka's producer does, sometimes, when another has taken its name."""
    worker = world.join()
    if not isinstance(worker, confluent.ConfluentBroker):
        pytest.skip("this client's close does not warn")
    with monkeypatch.context() as patch:
        warn = partial(warnings.warn, "abort_transaction failed", RuntimeWarning, 1)
        patch.setattr(worker, "_producer", Altered(worker._producer, "close", warn))  # noqa: SLF001
        worker.close()
