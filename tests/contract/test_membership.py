"""A member begins where its group is, and is told apart from one that its group has not let in."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest

from streaming.brokers.kafka_python_broker import KafkaPythonBroker
from streaming.brokers.memory import MemoryCluster
from streaming.brokers.seam import Broker
from tests.contract.conftest import World, poll, values, waiting


def test_a_member_that_its_group_has_not_let_in_does_not_reach_its_partitions(world: World) -> None:
    if isinstance(world.cluster, MemoryCluster):
        pytest.skip("one is let in at once")
    broker = world.join()
    assert not broker.reachable()
    for _ in waiting():
        broker.poll()
        if broker.reachable():
            break


def test_an_answer_about_commits_that_comes_late_is_not_taken_for_a_later_one(world: World) -> None:
    """kafka-python would keep it, and begin there when the same partitions come back."""
    first = world.join("first")
    if not isinstance(first, KafkaPythonBroker):
        pytest.skip("of kafka-python alone")
    asked, arrived = _held_up(first)
    for _ in waiting():
        first.poll()
        if asked.is_set():
            break
    second = world.join("second")
    world.send(*map(str, range(20)))
    answered = 0
    for _ in waiting():
        answered += _answer(world, first) + _answer(world, second)
        if len(first._consumer.assignment()) == 1:
            arrived.set()
        if answered >= 20:
            break
    second.leave()
    for _ in waiting():
        answered += _answer(world, first)
        if len(first.lag()) == 2:
            break
    world.send("last")
    assert values(poll(first)) == ["last"]
    assert answered == 20


def _held_up(broker: KafkaPythonBroker) -> tuple[Event, Event]:
    """The answer to its first question about commits: whether that has been asked, and what lets the answer arrive."""
    coordinator, asked, arrived = broker._consumer._coordinator, Event(), Event()
    ask = coordinator._send_offset_fetch_request

    async def ask_first(partitions: Any) -> Any:
        coordinator._send_offset_fetch_request = ask
        asked.set()
        answer = await ask(partitions)
        while not arrived.is_set():
            await coordinator._net.sleep(0.05)
        return answer

    coordinator._send_offset_fetch_request = ask_first
    return asked, arrived


def _answer(world: World, broker: Broker) -> int:
    batch = broker.poll()
    if batch.records:
        world.answer(broker, batch)
    return len(batch.records)
