"""The loop, over the fake cluster with a real model."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from threading import Event, Timer

import pytest
from prometheus_client import CollectorRegistry

from sentiment import Classifier
from sentiment.errors import ServiceError
from streaming.brokers.memory import MemoryCluster, MemoryReader
from streaming.brokers.seam import TRANSACTION_BYTES, Batch, Broker, Group, Outbox, Partition, Record, Reply
from streaming.dead_letters import JOIN_SECONDS, Target, replay
from streaming.delivery import PIECE, deliver
from streaming.metrics import POLLED, StreamMetrics
from streaming.producing import paced, send_reviews
from streaming.reading import follow
from streaming.respond import Answers, respond
from streaming.settings import Limits, StreamSettings, Topics
from streaming.topics import create_topics, require_topics

SETTINGS = StreamSettings()
REVIEWS = [{"id": number, "text": "a good film" if number % 5 else ""} for number in range(50)]


@dataclass
class UntilIdle:
    """A broker that asks the loop to stop once nothing is left, as SIGTERM would."""

    broker: Broker
    stop: Event

    def poll(self) -> Batch:
        batch = self.broker.poll()
        if not batch.records:
            self.stop.set()
        return batch

    def transaction(self, batch: Batch) -> AbstractContextManager[Outbox]:
        return self.broker.transaction(batch)

    def lag(self) -> dict[Partition, int]:
        return self.broker.lag()

    def reachable(self) -> bool:
        return self.broker.reachable()

    def leave(self) -> None:
        self.broker.leave()

    def close(self) -> None:
        self.broker.close()


@pytest.fixture
def cluster() -> MemoryCluster:
    cluster = MemoryCluster(most_records=7)
    create_topics(cluster, SETTINGS.topics, SETTINGS.limits)
    return cluster


def join(cluster: MemoryCluster, stop: Event) -> Broker:
    return UntilIdle(cluster.join(Group("sentiment", "one", "reviews")), stop)


def run(broker: Broker, classifier: Classifier, stop: Event, settings: StreamSettings = SETTINGS) -> CollectorRegistry:
    """The loop until it is stopped; its figures."""
    registry = CollectorRegistry()
    answer = partial(respond, classifier=classifier, settings=settings)
    deliver(broker, answer, StreamMetrics(classifier, registry), stop)
    return registry


def values(cluster: MemoryCluster, topic: str) -> list[bytes | None]:
    return [record.value for record in follow(cluster, [topic], from_beginning=True, idle_seconds=0)]


def test_every_review_is_answered_by_a_result_or_a_dead_letter(cluster: MemoryCluster, classifier: Classifier) -> None:
    assert send_reviews(cluster, "reviews", REVIEWS) == 50
    stop = Event()
    run(join(cluster, stop), classifier, stop)
    results = [json.loads(value or b"") for value in values(cluster, "sentiment")]
    assert sorted(int(result["id"]) for result in results) == [n for n in range(50) if n % 5]
    assert {result["label"] for result in results} == {"positive"}
    dead = [json.loads(value or b"") for value in values(cluster, "dlq.reviews")]
    assert sorted(review["id"] for review in dead) == list(range(0, 50, 5))


def test_a_worker_that_was_stopped_goes_on_where_it_was(cluster: MemoryCluster, classifier: Classifier) -> None:
    send_reviews(cluster, "reviews", REVIEWS)
    for _ in range(2):
        stop = Event()
        run(join(cluster, stop), classifier, stop)
    assert len(values(cluster, "sentiment")) == 40


def test_a_broken_broker_ends_the_loop_and_leaves_nothing_behind(
    cluster: MemoryCluster, classifier: Classifier
) -> None:
    send_reviews(cluster, "reviews", REVIEWS)
    lost = StreamSettings(topics=Topics(dead_letters="not-created"))
    with pytest.raises(ServiceError, match="not-created"):
        run(join(cluster, Event()), classifier, Event(), lost)
    assert values(cluster, "sentiment") == []
    stop = Event()
    run(join(cluster, stop), classifier, stop)
    assert (len(values(cluster, "sentiment")), len(values(cluster, "dlq.reviews"))) == (40, 10)


def test_the_pieces_of_a_batch_are_answered_in_their_order(classifier: Classifier) -> None:
    count = 3 * PIECE + 1
    cluster, stop = MemoryCluster(most_records=count), Event()
    create_topics(cluster, Topics(partitions=1), SETTINGS.limits)
    send_reviews(cluster, "reviews", [{"id": number, "text": "a good film"} for number in range(count)])
    figures = run(join(cluster, stop), classifier, stop)
    assert figures.get_sample_value("sentiment_batch_size_count") == 1
    assert figures.get_sample_value("sentiment_messages_total", {"result": "classified"}) == count
    assert [int(json.loads(value or b"")["id"]) for value in values(cluster, "sentiment")] == list(range(count))


def test_a_fault_in_a_later_piece_undoes_the_earlier_ones(classifier: Classifier) -> None:
    cluster, stop = MemoryCluster(most_records=2 * PIECE), Event()
    create_topics(cluster, Topics(partitions=1), SETTINGS.limits)
    send_reviews(cluster, "reviews", [{"id": number, "text": "a good film"} for number in range(2 * PIECE)])

    def fail_later(records: Sequence[Record]) -> Answers:
        assert records[0].offset == 0, "a fault of ours"
        return respond(records, classifier, SETTINGS)

    with pytest.raises(AssertionError, match="a fault of ours"):
        deliver(join(cluster, stop), fail_later, StreamMetrics(classifier, CollectorRegistry()), stop)
    assert values(cluster, "sentiment") == []
    run(join(cluster, stop), classifier, stop)
    assert len(values(cluster, "sentiment")) == 2 * PIECE


def large_reviews(monkeypatch: pytest.MonkeyPatch) -> MemoryCluster:
    """Five in one poll, of which a transaction takes two."""
    monkeypatch.setattr("streaming.brokers.seam.TRANSACTION_BYTES", 2500)
    cluster = MemoryCluster(most_records=5)
    create_topics(cluster, Topics(partitions=1), SETTINGS.limits)
    send_reviews(cluster, "reviews", [{"id": number, "text": "a good film " * 80} for number in range(5)])
    return cluster


def test_a_batch_of_very_many_bytes_is_several_transactions(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, stop = large_reviews(monkeypatch), Event()
    figures = run(join(cluster, stop), classifier, stop)
    assert figures.get_sample_value("sentiment_batch_size_count") == 3
    assert figures.get_sample_value("sentiment_batch_size_bucket", {"le": "2.0"}) == 3
    assert [int(json.loads(value or b"")["id"]) for value in values(cluster, "sentiment")] == list(range(5))


def test_a_stop_does_not_wait_for_all_of_a_batch_of_very_many_bytes(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, stop = large_reviews(monkeypatch), Event()
    metrics = StreamMetrics(classifier, CollectorRegistry())

    def stopped(records: Sequence[Record]) -> Answers:
        stop.set()
        return respond(records, classifier, SETTINGS)

    broker = cluster.join(Group("sentiment", "one", "reviews"))
    deliver(broker, stopped, metrics, stop)
    broker.leave()
    assert len(values(cluster, "sentiment")) == 2
    again = Event()
    run(join(cluster, again), classifier, again)
    assert [int(json.loads(value or b"")["id"]) for value in values(cluster, "sentiment")] == list(range(5))


def test_a_record_larger_than_a_transaction_is_alone_in_one() -> None:
    sizes = 10, TRANSACTION_BYTES + 1, TRANSACTION_BYTES, 1
    records = [Record("reviews", 0, n, None, bytes(size), [], 0) for n, size in enumerate(sizes)]
    parts = [[record.offset for record in part.records] for part in Batch(records, None).parts()]
    assert parts == [[0], [1], [2], [3]]


def test_a_stopped_loop_does_not_poll(cluster: MemoryCluster, classifier: Classifier) -> None:
    stop = Event()
    stop.set()
    send_reviews(cluster, "reviews", REVIEWS)
    run(join(cluster, stop), classifier, stop)
    assert values(cluster, "sentiment") == []


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
    with pytest.raises(ServiceError, match="up to 50 records are still to be read"):
        list(follow(cluster, ["reviews"], from_beginning=True, idle_seconds=0))


def test_following_ends_when_nothing_has_come_for_so_long(cluster: MemoryCluster) -> None:
    records = follow(cluster, ["reviews"], from_beginning=True, idle_seconds=1.0)
    later = Timer(0.2, send_reviews, (cluster, "reviews", REVIEWS))
    later.start()
    assert len(list(records)) == len(REVIEWS)
    later.join()


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


def test_what_was_answered_is_counted(cluster: MemoryCluster, classifier: Classifier) -> None:
    send_reviews(cluster, "reviews", REVIEWS)
    stop = Event()
    figures = run(join(cluster, stop), classifier, stop)
    for name, labels, expected in (
        ("sentiment_messages_total", {"result": "classified"}, 40),
        ("sentiment_messages_total", {"result": "dead_letter"}, 10),
        ("sentiment_dead_letters_total", {"reason": "text_empty"}, 10),
        ("sentiment_batch_size_sum", {}, 50),
        ("sentiment_processing_seconds_count", {}, figures.get_sample_value("sentiment_batch_size_count")),
        ("sentiment_end_to_end_seconds_count", {}, 50),
        ("sentiment_end_to_end_seconds_bucket", {"le": "60.0"}, 50),
        ("sentiment_probability_count", {}, 40),
        ("sentiment_probability_bucket", {"le": "0.5"}, 0),
        ("sentiment_unseen_terms_ratio_count", {}, 40),
        ("sentiment_consumer_lag_messages", {"topic": "reviews", "partition": "0"}, 0),
    ):
        assert figures.get_sample_value(name, labels) == expected, name
    assert figures.get_sample_value("sentiment_model_info", {"version": "tiny-1", "sha256": model_sum(classifier)}) == 1


class Away(UntilIdle):
    """A cluster that does not answer."""

    def reachable(self) -> bool:
        return False


@pytest.mark.parametrize(("kind", "polled"), [(UntilIdle, True), (Away, False)])
def test_a_poll_counts_only_if_the_cluster_answers(
    cluster: MemoryCluster, classifier: Classifier, kind: type[UntilIdle], polled: bool
) -> None:
    stop = Event()
    figures = run(kind(cluster.join(Group("sentiment", "one", "reviews")), stop), classifier, stop)
    assert bool(figures.get_sample_value(POLLED)) == polled


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


def test_a_partition_that_another_worker_has_is_no_longer_behind_here(classifier: Classifier) -> None:
    figures = CollectorRegistry()
    metrics = StreamMetrics(classifier, figures)
    metrics.polled({("reviews", 0): 7, ("reviews", 1): 3})
    metrics.polled({("reviews", 1): 2})
    of = [{"topic": "reviews", "partition": partition} for partition in ("0", "1")]
    assert [figures.get_sample_value("sentiment_consumer_lag_messages", labels) for labels in of] == [0, 2]


def model_sum(classifier: Classifier) -> str:
    return hashlib.sha256((classifier.path / "model.json").read_bytes()).hexdigest()
