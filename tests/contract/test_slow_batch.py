"""A batch that takes longer than the broker leaves a transaction open fails, and is answered once."""

from __future__ import annotations

import time

import pytest

from sentiment.errors import ServiceError
from streaming.brokers import confluent, kafka_python
from streaming.brokers.memory import MemoryCluster
from streaming.brokers.seam import Batch, Broker
from tests.contract.conftest import World, poll, values

COMMIT_SECONDS = 2  # the broker leaves a transaction open for twice as long
LOOK_SECONDS = 10  # how often a broker looks for those that have been open for too long


def test_a_batch_that_takes_too_long_says_so_and_is_answered_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(world.cluster, MemoryCluster):
        pytest.skip("nothing in memory has a time limit")
    with monkeypatch.context() as patch:
        for module in (confluent, kafka_python):
            patch.setattr(module, "COMMIT_SECONDS", COMMIT_SECONDS)
        slow = world.join()
    world.send("a")
    batch = poll(slow)
    with pytest.raises(ServiceError, match=r"or a batch took longer"):
        _answer_slowly(world, slow, batch)
    slow.close()

    successor = world.join()
    again = poll(successor)
    assert values(again) == ["a"]
    world.answer(successor, again)
    assert world.answers(1) == ["a"]


def _answer_slowly(world: World, broker: Broker, batch: Batch) -> None:
    with broker.transaction(batch) as outbox:
        outbox.send(world.echo(batch.records[0]))
        time.sleep(2 * COMMIT_SECONDS + LOOK_SECONDS + 2)
