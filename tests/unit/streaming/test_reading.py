"""What is sent and what is read outside of groups, over the fake cluster."""

from __future__ import annotations

import itertools
import time
from functools import partial
from threading import Timer
from types import SimpleNamespace

import pytest

from sentiment.errors import ServiceError
from streaming.brokers.memory import MemoryCluster, MemoryReader
from streaming.brokers.seam import Record, Reply
from streaming.dead_letters import dead_letters
from streaming.producing import paced, send_reviews
from streaming.reading import follow, stored
from streaming.settings import Limits, Topics
from streaming.topics import create_topics, require_topics
from tests.unit.streaming.looping import REVIEWS


def test_reviews_are_keyed_by_their_id(cluster: MemoryCluster) -> None:
    send_reviews(cluster, "reviews", [{"id": 7, "text": "a"}, {"id": "b", "text": "a"}, {"text": "a"}])
    keys = {record.key for record in follow(cluster, ["reviews"], from_beginning=True, idle_seconds=0)}
    assert keys == {b"7", b"b", None}


def test_paced_reviews_come_no_faster_than_asked() -> None:
    started = time.monotonic()
    assert len(list(paced([{}] * 6, 100))) == 6
    assert time.monotonic() - started >= 0.05


def test_following_from_the_end_does_not_show_what_was_there(cluster: MemoryCluster) -> None:
    send_reviews(cluster, "reviews", REVIEWS)
    assert list(follow(cluster, ["reviews"], from_beginning=False, idle_seconds=0)) == []


class Stuck(MemoryReader):
    """A reader to which nothing comes any more."""

    def poll(self, seconds: float) -> list[Record]:
        return []


def test_following_does_not_take_a_part_for_the_whole(cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streaming.reading.STALLED_SECONDS", 0.01)
    monkeypatch.setattr(cluster, "read", partial(Stuck, cluster))
    assert list(follow(cluster, ["reviews"], from_beginning=True, idle_seconds=0)) == []
    send_reviews(cluster, "reviews", REVIEWS)
    for reading in (follow(cluster, ["reviews"], from_beginning=True, idle_seconds=0), stored(cluster, ["reviews"])):
        with pytest.raises(ServiceError, match="up to 50 records are still to be read"):
            list(reading)


def test_what_is_stored_is_read_to_the_end_that_it_had(cluster: MemoryCluster) -> None:
    send_reviews(cluster, "reviews", REVIEWS)
    seen = []
    for record in stored(cluster, ["reviews"]):
        send_reviews(cluster, "reviews", REVIEWS[:1])
        seen.append(record)
    assert len(REVIEWS) <= len(seen) < 2 * len(REVIEWS)


def test_what_is_stored_is_read_whatever_the_clock_of_its_sender_said(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now + 3600)
        send_reviews(cluster, "dlq.reviews", REVIEWS)
    assert len(list(dead_letters(cluster, "dlq.reviews"))) == len(REVIEWS)


def test_following_ends_when_nothing_has_come_for_so_long(cluster: MemoryCluster) -> None:
    records = follow(cluster, ["reviews"], from_beginning=True, idle_seconds=1.0)
    later = Timer(0.2, send_reviews, (cluster, "reviews", REVIEWS))
    later.start()
    assert len(list(records)) == len(REVIEWS)
    later.join()


class Slow(MemoryReader):
    """A reader to which a few records come at a time, and all of them together later than a stall."""

    def poll(self, seconds: float) -> list[Record]:
        time.sleep(0.05)
        return super().poll(seconds)


def test_reading_may_take_longer_than_a_stall_while_records_come(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streaming.reading.STALLED_SECONDS", 0.2)
    monkeypatch.setattr(cluster, "read", partial(Slow, cluster))
    send_reviews(cluster, "reviews", REVIEWS)
    assert len(list(stored(cluster, ["reviews"]))) == len(REVIEWS)


class EverySecondTurn(MemoryReader):
    """A reader that finds something at every second turn only."""

    turns = 0

    def poll(self, seconds: float) -> list[Record]:
        self.turns += 1
        return super().poll(seconds) if self.turns % 2 else []


def test_following_goes_on_for_as_long_as_records_come(cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(monotonic=partial(next, itertools.count()))  # each look at it is a second later
    monkeypatch.setattr("streaming.reading.time", clock)
    monkeypatch.setattr(cluster, "read", partial(EverySecondTurn, cluster))
    send_reviews(cluster, "reviews", REVIEWS[:1])
    seen = []
    for record in follow(cluster, ["reviews"], from_beginning=True, idle_seconds=3):
        seen.append(record)
        if len(seen) < 10:
            send_reviews(cluster, "reviews", REVIEWS[:1])
    assert len(seen) == 10


def test_a_missing_topic_is_named() -> None:
    cluster = MemoryCluster()
    with pytest.raises(ServiceError, match=r"create them with `sentiment topics`"):
        require_topics(cluster, ("sentiment",))
    assert create_topics(cluster, Topics(), Limits()) == ["reviews", "sentiment", "dlq.reviews", "reviews.feedback"]
    assert create_topics(cluster, Topics(), Limits()) == []
    require_topics(cluster, Topics().names())


def test_the_fake_refuses_a_topic_that_does_not_exist() -> None:
    with pytest.raises(ServiceError, match="no such topic"), MemoryCluster().sender() as sender:
        sender.send(Reply("nowhere", None, b"", []))
