"""What every broker promises about transactions, groups and restarts."""

from __future__ import annotations

from contextlib import closing

import pytest

from sentiment.errors import ServiceError
from streaming.brokers.seam import Batch, Broker, Group
from tests.contract.conftest import World, poll, poll_all, poll_together, values, waiting


class BrokenProcessError(Exception):
    """Stands for any error of ours in the middle of a batch."""


def test_a_committed_batch_is_answered_and_not_read_again(world: World) -> None:
    broker = world.join()
    world.send("a", "b", "c")
    for batch in poll_all(broker, 3):
        world.answer(broker, batch)
    assert world.answers(3) == ["a", "b", "c"]
    assert broker.poll().records == []


def test_an_error_in_the_batch_aborts_it_and_comes_through_and_a_restart_reads_it_again_whole(world: World) -> None:
    broker = world.join()
    world.send(*"abcdefgh")
    batch = poll(broker)
    with pytest.raises(BrokenProcessError):
        _break_after_a_reply(world, broker, batch)
    broker.close()
    restarted = world.join()
    for again in poll_all(restarted, 8):
        world.answer(restarted, again)
    assert world.answers(8) == list("abcdefgh")


def test_a_restarted_member_starts_after_the_last_commit(world: World) -> None:
    first = world.join()
    world.send("a")
    world.answer(first, poll(first))
    first.close()
    world.send("b")
    assert values(poll(world.join())) == ["b"]


def test_another_group_member_starts_after_the_last_commit(world: World) -> None:
    first = world.join("one")
    world.send(*"abcdefgh")
    for batch in poll_all(first, 8):
        world.answer(first, batch)
    world.send(*"ijklmnop")
    read_by_first, read_by_second = poll_together([first, world.join("two")], lambda seen: bool(seen[1]))
    assert read_by_second
    assert not set("abcdefgh") & set(values(*read_by_first, *read_by_second))


def test_a_member_that_leaves_gives_its_partitions_to_the_others_at_once(world: World) -> None:
    """One that only closes is waited for until its session ends: longer than this test waits."""
    first, second = world.join("one"), world.join("two")
    world.send(*"abcdefgh")
    poll_together([first, second], all)
    second.leave()
    world.send(*"ijklmnop")
    poll_together([first], lambda seen: set("ijklmnop") <= set(values(*seen[0])))


def test_replies_are_not_seen_before_the_commit(world: World) -> None:
    broker = world.join()
    world.send("a")
    batch = poll(broker)
    with broker.transaction(batch) as outbox:
        outbox.send(world.echo(batch.records[0]))
        assert world.answers(0) == []
    assert world.answers(1) == ["a"]


def test_a_batch_read_before_a_rebalance_can_not_be_committed_after_it(world: World) -> None:
    """The records are then another member's, or this one's again: either way they will be answered once."""
    first = world.join("one")
    world.send(*"abcdefgh")
    stale = poll(first)
    poll_together([first, world.join("two")], lambda seen: bool(seen[1]))
    with pytest.raises(ServiceError):
        world.answer(first, stale)
    assert world.answers(0) == []


def test_a_restart_under_the_same_name_ends_what_its_predecessor_left_open(world: World) -> None:
    killed = world.join()
    world.send("a")
    batch = poll(killed)
    left_open = killed.transaction(batch)
    left_open.__enter__().send(world.echo(batch.records[0]))

    restarted = world.join()
    again = poll(restarted)
    assert values(again) == ["a"]
    world.answer(restarted, again)
    with pytest.raises(ServiceError, match=r"another process has taken .* --instance"):
        left_open.__exit__(None, None, None)
    assert world.answers(1) == ["a"]


def test_a_worker_whose_name_another_one_takes_is_told_so(world: World) -> None:
    first = world.join()
    world.send("a")
    world.answer(first, poll(first))
    second = world.join()
    second.poll()
    with pytest.raises(ServiceError, match=r"another process has taken .* --instance"):
        _work_on(world, first, second)


def test_names_that_read_the_same_together_are_two_workers(world: World) -> None:
    first = world.join("blue-1")
    second = world.cluster.join(Group(f"group-{world.name}-blue", "1", world.reviews))
    world.stack.enter_context(closing(second))
    world.send("a")
    for broker in (first, second):
        world.answer(broker, poll(broker))
    assert world.answers(2) == ["a", "a"]


def _work_on(world: World, first: Broker, second: Broker) -> None:
    """kafka-python learns by its next commit that its name is taken, so there is always something to commit."""
    for _ in waiting():
        second.poll()
        world.send("b")
        world.answer(first, first.poll())


def _break_after_a_reply(world: World, broker: Broker, batch: Batch) -> None:
    with broker.transaction(batch) as outbox:
        outbox.send(world.echo(batch.records[0]))
        raise BrokenProcessError
