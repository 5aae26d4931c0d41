"""Dead letters are sent again exactly once, as they came, through every implementation."""

from __future__ import annotations

from contextlib import closing

import pytest

from streaming.brokers.seam import Headers, Record
from streaming.dead_letters import REPLAY, DeadLetter, Replayed, Target, dead_letter, dead_letters, replay
from streaming.messages import Reason, Rejection
from tests.contract.conftest import World, read

REASONS: tuple[Reason, ...] = ("not_an_object", "text_too_long", "not_utf8")
THEIRS: Headers = [("traceparent", b"00-1"), ("traceparent", b"00-2"), ("empty", b"")]
IDLE_SECONDS = 1.5
MOST_BYTES = 1_000_000


def fill(world: World, count: int) -> None:
    """Put dead letters of three reasons, value `\\xff<number>`, where the world's reviews are."""
    with world.cluster.sender() as sender:
        for number in range(count):
            key, value = str(number).encode(), b"\xff%d" % number
            was = Record("first", 2, number, key, value, THEIRS, 0)
            rejection = Rejection(REASONS[number % 3], f"detail {number}")
            sender.send(dead_letter(was, world.reviews, rejection))


@pytest.fixture(autouse=True)
def _join_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streaming.dead_letters.JOIN_SECONDS", 5.0)


def go_through(world: World, topic: str, *reasons: str, most_bytes: int = MOST_BYTES) -> Replayed:
    """One run by a member that leaves afterwards."""

    def chosen(letter: DeadLetter) -> bool:
        return not reasons or letter.reason in reasons

    broker = world.join()
    done = list(replay(broker, Target(topic, most_bytes), chosen, IDLE_SECONDS))
    broker.leave()
    places = tuple(place for each in done for place in each.too_large)
    return Replayed(sum(each.sent for each in done), sum(each.passed_over for each in done), places)


def sent(world: World, at_least: int) -> list[Record]:
    with closing(world.cluster.read([world.results], from_beginning=True)) as reader:
        return read(reader, at_least) + reader.poll(0.5)


def test_each_is_sent_once_as_it_came(world: World) -> None:
    fill(world, 30)
    assert go_through(world, world.results) == Replayed(30, 0)
    assert go_through(world, world.results) == Replayed(0, 0)
    records = sent(world, 30)
    assert sorted(record.value or b"" for record in records) == sorted(b"\xff%d" % number for number in range(30))
    runs = {record.headers[-1] for record in records}
    assert [name for name, _ in runs] == [REPLAY]
    for record in records:
        assert record.headers[:-1] == THEIRS
        assert (record.value or b"").endswith(record.key or b"none")


def test_what_is_not_chosen_is_passed_over_for_the_group(world: World) -> None:
    fill(world, 9)
    assert go_through(world, world.results, "text_too_long") == Replayed(3, 6)
    assert go_through(world, world.results) == Replayed(0, 0)
    assert len(sent(world, 3)) == 3


def test_what_is_too_large_is_passed_over_and_named(world: World) -> None:
    fill(world, 3)
    done = go_through(world, world.results, most_bytes=100)
    assert (done.sent, done.passed_over, len(done.too_large)) == (0, 3, 3)
    assert {place.rpartition("-")[0] for place in done.too_large} <= {f"{world.reviews}-0", f"{world.reviews}-1"}


def test_what_comes_back_waits_for_another_run(world: World) -> None:
    fill(world, 10)
    assert go_through(world, world.reviews) == Replayed(10, 0)  # back to where they are read
    assert go_through(world, world.reviews) == Replayed(10, 0)


def test_those_that_are_there_are_told_with_origin_and_reason(world: World) -> None:
    fill(world, 3)
    letters = sorted(dead_letters(world.cluster, world.reviews), key=lambda letter: letter.origin)
    assert [letter.origin for letter in letters] == ["first-2-0", "first-2-1", "first-2-2"]
    assert [letter.reason for letter in letters] == [*REASONS]
    assert [letter.detail for letter in letters] == ["detail 0", "detail 1", "detail 2"]
    assert {letter.place.rpartition("-")[0] for letter in letters} <= {f"{world.reviews}-0", f"{world.reviews}-1"}


def test_a_record_that_somebody_else_put_there_has_no_known_reason(world: World) -> None:
    world.send("stray")
    (letter,) = dead_letters(world.cluster, world.reviews)
    assert (letter.origin, letter.reason, letter.detail) == ("?-?-?", "unknown", "")
    assert letter.record.value == b"stray"


def test_a_run_that_is_broken_off_sends_nothing_twice(world: World) -> None:
    fill(world, 6)

    def breaks(letter: DeadLetter) -> bool:
        if letter.record.key == b"4":
            raise RuntimeError("broken off")
        return True

    broker = world.join()
    with pytest.raises(RuntimeError, match="broken off"):
        list(replay(broker, Target(world.results, MOST_BYTES), breaks, IDLE_SECONDS))
    broker.leave()
    go_through(world, world.results)
    assert sorted(record.key or b"" for record in sent(world, 6)) == [b"0", b"1", b"2", b"3", b"4", b"5"]
