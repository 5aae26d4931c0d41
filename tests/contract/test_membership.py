"""A member begins where its group is, and is told apart from one that its group has not let in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Event
from typing import Any

import pytest
from kafka import KafkaConsumer
from kafka.protocol.consumer import SyncGroupRequest

from streaming.brokers.confluent import ConfluentCluster
from streaming.brokers.kafka_python import KafkaPythonCluster
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
    if isinstance(world.cluster, MemoryCluster | ConfluentCluster):
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


def test_a_member_that_misses_a_generation_begins_where_the_others_have_got(world: World) -> None:
    """kafka-python would begin where it was itself, and answer again what they have answered."""
    if isinstance(world.cluster, MemoryCluster | ConfluentCluster):
        pytest.skip("of kafka-python alone")
    world.use_one_partition()
    leader = world.join("z: the first member leads, and the last of the names gets nothing once there are more")
    with _answering(world, leader) as by_leader:
        _wait(leader.lag)
        member = world.join("m")
        assert isinstance(member, KafkaPythonBroker)
        with _answering(world, member) as by_member:
            _wait(member.lag)
            world.send("first")
            _wait(lambda: by_member == ["first"])
            missed = _sync_held_up(member)
            between = world.join("a")
            with _answering(world, between) as by_another:
                _wait(between.lag)
                world.send(*map(str, range(20)))
                _wait(lambda: len(by_another) == 20)
            between.leave()
            missed.set()
            _wait(member.lag)
            world.send("last")
            _wait(lambda: "last" in by_member)
    assert (by_leader, by_member) == ([], ["first", "last"])


def test_a_leader_that_ended_and_came_back_finds_new_partitions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker does not tell it that it leads, and kafka-python would leave it to the leader to look for them."""
    if isinstance(world.cluster, MemoryCluster | ConfluentCluster):
        pytest.skip("of kafka-python alone")
    monkeypatch.setitem(KafkaConsumer.DEFAULT_CONFIG, "metadata_max_age_ms", 1000)
    world.use_one_partition()
    with closing(world.join()) as before:
        _wait(lambda: before.poll() and before.lag())
    with _answering(world, world.join()) as answered:
        world.send("of the old partition")
        _wait(lambda: answered)
        assert isinstance(world.cluster, KafkaPythonCluster)
        with world.cluster._admin("adding partitions") as admin:  # noqa: SLF001
            admin.create_partitions({world.reviews: 5})
        world.send(*map(str, range(20)))
        _wait(lambda: len(answered) == 21)


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


def _sync_held_up(broker: KafkaPythonBroker) -> Event:
    """Its next question for its partitions waits until the event is set, as that of a frozen process does."""
    manager, released = broker._consumer._coordinator._manager, Event()  # noqa: SLF001
    send = manager.send

    def send_late(request: Any, *arguments: Any, **named: Any) -> Any:
        if not isinstance(request, SyncGroupRequest):
            return send(request, *arguments, **named)
        manager.send = send
        return late(request, *arguments, **named)

    async def late(*arguments: Any, **named: Any) -> Any:
        while not released.is_set():
            await broker._consumer._coordinator._net.sleep(0.05)  # noqa: SLF001
        return await send(*arguments, **named)

    manager.send = send_late
    return released
