"""What of a batch is answered in which transaction, and in which piece."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from threading import Event

import pytest
from prometheus_client import CollectorRegistry

from sentiment import Classifier
from streaming.brokers.memory import MemoryCluster
from streaming.brokers.seam import TRANSACTION_BYTES, Batch, Group, Record
from streaming.delivery import PIECE, FaultError, deliver
from streaming.metrics import StreamMetrics
from streaming.producing import send_reviews
from streaming.respond import Answers, respond
from streaming.settings import Topics
from streaming.topics import create_topics
from tests.unit.streaming.looping import SETTINGS, join, run, values


def test_the_pieces_of_a_batch_are_answered_in_their_order(classifier: Classifier) -> None:
    count = 3 * PIECE + 1
    cluster, stop = MemoryCluster(most_records=count), Event()
    create_topics(cluster, Topics(partitions=1), SETTINGS.limits)
    send_reviews(cluster, "reviews", [{"id": number, "text": "a good film"} for number in range(count)])
    figures = run(join(cluster, stop), classifier, stop)
    assert figures.get_sample_value("sentiment_batch_size_count") == 1
    assert figures.get_sample_value("sentiment_messages_total", {"result": "classified"}) == count
    assert [int(json.loads(value or b"")["id"]) for value in values(cluster, "sentiment")] == list(range(count))


def test_an_error_that_no_record_causes_alone_undoes_the_whole_batch(classifier: Classifier) -> None:
    cluster, stop = MemoryCluster(most_records=2 * PIECE), Event()
    create_topics(cluster, Topics(partitions=1), SETTINGS.limits)
    send_reviews(cluster, "reviews", [{"id": number, "text": "a good film"} for number in range(2 * PIECE)])

    def fail_later(records: Sequence[Record]) -> Answers:
        if len(records) > 1 and records[0].offset > 0:
            raise MemoryError
        return respond(records, classifier, SETTINGS)

    with pytest.raises(MemoryError):
        deliver(join(cluster, stop), fail_later, StreamMetrics(classifier, CollectorRegistry()), stop)
    assert values(cluster, "sentiment") == []
    run(join(cluster, stop), classifier, stop)
    assert len(values(cluster, "sentiment")) == 2 * PIECE


def test_where_in_the_program_a_fault_is_stands_in_the_log(
    cluster: MemoryCluster, classifier: Classifier, caplog: pytest.LogCaptureFixture
) -> None:
    send_reviews(cluster, "reviews", [{"text": "a good film"}])

    def faulty(_: Sequence[Record]) -> Answers:
        raise ZeroDivisionError("a fault of ours")

    with pytest.raises(FaultError, match="ZeroDivisionError: a fault of ours"):
        deliver(join(cluster, Event()), faulty, StreamMetrics(classifier, CollectorRegistry()), Event())
    assert 'raise ZeroDivisionError("a fault of ours")' in caplog.text


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


def test_a_loop_turns_before_its_poll_and_before_each_transaction(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, stop, turns = large_reviews(monkeypatch), Event(), list[int]()
    answer, metrics = (
        partial(respond, classifier=classifier, settings=SETTINGS),
        StreamMetrics(classifier, CollectorRegistry()),
    )
    deliver(join(cluster, stop), answer, metrics, stop, lambda: turns.append(len(values(cluster, "sentiment"))))
    assert turns == [0, 0, 2, 4, 5]


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
