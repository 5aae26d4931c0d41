"""A member begins where its group is, and is told apart from one that its group has not let in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest

from streaming.brokers.kafka_python_broker import KafkaPythonBroker
from streaming.brokers.memory import MemoryCluster
from streaming.brokers.seam import Broker
from tests.contract.conftest import World, values, waiting


def test_a_member_that_its_group_has_not_let_in_does_not_reach_its_partitions(world: World) -> None:
    if isinstance(world.cluster, MemoryCluster):
        pytest.skip("one is let in at once")
    broker = world.join()
    if isinstance(broker, KafkaPythonBroker):  # librdkafka joins by itself, and may have done so
        assert not broker.reachable()
    _wait(lambda: broker.poll() and broker.reachable())


def test_an_answer_about_commits_that_comes_late_is_not_taken_for_a_later_one(world: World) -> None:
    """kafka-python would keep it, and begin there when the same partitions come back."""
    if world.any_bytes is not world.cluster or isinstance(world.cluster, MemoryCluster):
        pytest.skip("of kafka-python alone")
    world.use_one_partition()
    first = world.join("the one that the partition is taken from")
    assert isinstance(first, KafkaPythonBroker)
    asked, arrived = _held_up(first)
    with _answering(world, first) as by_first:
        _wait(asked.is_set)
        second = world.join("another")
        with _answering(world, second) as by_second:
            _wait(lambda: not first._consumer.assignment())  # noqa: SLF001
            arrived.set()
            world.send(*map(str, range(20)))
            _wait(lambda: len(by_first) + len(by_second) >= 20)
        second.leave()
        _wait(lambda: first.lag())
        world.send("last")
        _wait(lambda: "last" in by_first)
    assert sorted(by_first + by_second) == sorted([*map(str, range(20)), "last"])


@contextmanager
def _answering(world: World, broker: Broker) -> Iterator[list[str]]:
    """What a member answers until the context is left, in a thread of its own, as a rebalance needs."""
    stop, answered = Event(), list[str]()

    def answer() -> None:
        while not stop.is_set():
            if (batch := broker.poll()).records:
                world.answer(broker, batch)
                answered.extend(values(batch))

    with ThreadPoolExecutor(1) as pool:
        answering = pool.submit(answer)
        try:
            yield answered
        finally:
            stop.set()
        answering.result()


def _wait(until: Callable[[], object]) -> None:
    for _ in waiting():
        if until():
            break


def _held_up(broker: KafkaPythonBroker) -> tuple[Event, Event]:
    """The answer to its first question about commits: whether that has been asked, and what lets the answer arrive."""
    coordinator, asked, arrived = broker._consumer._coordinator, Event(), Event()  # noqa: SLF001
    ask = coordinator._send_offset_fetch_request  # noqa: SLF001

    async def ask_first(partitions: Any) -> Any:
        coordinator._send_offset_fetch_request = ask  # noqa: SLF001
        asked.set()
        answer = await ask(partitions)
        while not arrived.is_set():
            await coordinator._net.sleep(0.05)  # noqa: SLF001
        return answer

    coordinator._send_offset_fetch_request = ask_first  # noqa: SLF001
    return asked, arrived
