"""Replays of dead letters that have to wait, over the fake cluster."""

from __future__ import annotations

import time
from threading import Event

import pytest

from sentiment.errors import ServiceError
from streaming.brokers.memory import MemoryCluster
from streaming.brokers.seam import Batch, Group, Partition, Reply
from streaming.dead_letters import JOIN_SECONDS, DeadLetter, Target, replay
from streaming.settings import Limits, Topics
from streaming.topics import create_topics
from tests.unit.streaming.looping import Away, UntilIdle


def test_a_replay_does_not_take_an_absent_broker_for_silence(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streaming.dead_letters.STALLED_SECONDS", 0.01)
    away = Away(cluster.join(Group("dlq", "one", "dlq.reviews")), Event())
    with pytest.raises(ServiceError, match="has not answered"):
        list(replay(away, Target("reviews", 1000), lambda _: True, 0.001))


class Late(UntilIdle):
    """A member whose partitions come with its tenth poll."""

    polls = 0

    def poll(self) -> Batch:
        self.polls += 1
        return Batch([], None) if self.polls < 10 else super().poll()

    def lag(self) -> dict[Partition, int]:
        return {} if self.polls < 10 else super().lag()


def test_a_replay_waits_for_its_partitions_and_not_for_more(cluster: MemoryCluster) -> None:
    late = Late(cluster.join(Group("dlq", "one", "dlq.reviews")), Event())
    with cluster.sender() as sender:
        sender.send(Reply("dlq.reviews", None, b"a", []))
    assert sum(more.sent for more in replay(late, Target("reviews", 1000), lambda _: True, 0.0)) == 1
    started = time.monotonic()
    nothing = cluster.join(Group("dlq", "one", "dlq.reviews"))
    assert list(replay(nothing, Target("reviews", 1000), lambda _: True, 0.0)) == []
    assert time.monotonic() - started < JOIN_SECONDS / 2


class WithoutPartitions(UntilIdle):
    """A member to which the group gives none."""

    polls = 0

    def poll(self) -> Batch:
        self.polls += 1
        assert self.polls < 1000, "it waits for what does not come"
        time.sleep(0.001)
        return Batch([], None)

    def lag(self) -> dict[Partition, int]:
        return {}


def test_a_replay_ends_where_others_have_all_partitions(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streaming.dead_letters.JOIN_SECONDS", 0.01)
    member = WithoutPartitions(cluster.join(Group("dlq", "one", "dlq.reviews")), Event())
    assert list(replay(member, Target("reviews", 1000), lambda _: True, 0.0)) == []


class Joining(Late):
    """A member that its group lets in late, and that can't tell until then whether the cluster answers."""

    def reachable(self) -> bool:
        time.sleep(0.01)
        return self.polls >= 10


def test_joining_a_group_may_take_longer_than_a_stall(cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streaming.dead_letters.STALLED_SECONDS", 0.02)
    with cluster.sender() as sender:
        sender.send(Reply("dlq.reviews", None, b"a", []))
    joining = Joining(cluster.join(Group("dlq", "one", "dlq.reviews")), Event())
    assert sum(more.sent for more in replay(joining, Target("reviews", 1000), lambda _: True, 0.0)) == 1


def test_silence_of_a_cluster_that_answers_may_be_longer_than_a_stall(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streaming.dead_letters.STALLED_SECONDS", 0.01)
    broker = cluster.join(Group("dlq", "one", "dlq.reviews"))
    assert list(replay(broker, Target("reviews", 1000), lambda _: True, 0.05)) == []


def test_what_others_put_behind_a_letter_that_came_back_is_left_with_it() -> None:
    cluster = MemoryCluster(most_records=1)
    create_topics(cluster, Topics(partitions=1), Limits())

    def put(value: bytes) -> None:
        with cluster.sender() as sender:
            sender.send(Reply("dlq.reviews", None, value, []))

    put(b"first")
    broker, target = cluster.join(Group("dlq", "one", "dlq.reviews")), Target("dlq.reviews", 1000)
    running = replay(broker, target, lambda _: True, 0.05)
    assert next(running).sent == 1
    put(b"later")
    assert list(running) == []
    broker.leave()
    again = replay(cluster.join(Group("dlq", "one", "dlq.reviews")), target, lambda _: True, 0.3)
    assert [more.sent for more in again] == [1, 1]


def test_a_replay_goes_on_for_as_long_as_letters_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streaming.dead_letters.STALLED_SECONDS", 0.03)  # less than one of them takes
    cluster = MemoryCluster(most_records=1)
    create_topics(cluster, Topics(partitions=1), Limits())
    with cluster.sender() as sender:
        for _ in range(3):
            sender.send(Reply("dlq.reviews", None, b"a", []))

    def slowly(_: DeadLetter) -> bool:
        time.sleep(0.06)
        return True

    broker = cluster.join(Group("dlq", "one", "dlq.reviews"))
    assert [more.sent for more in replay(broker, Target("reviews", 1000), slowly, 0.05)] == [1, 1, 1]
