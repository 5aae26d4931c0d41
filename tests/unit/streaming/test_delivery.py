"""The loop, over the fake cluster with a real model."""

from __future__ import annotations

import hashlib
import json
import time
from functools import partial
from threading import Event

import pytest
from prometheus_client import CollectorRegistry

from sentiment import Classifier
from sentiment.errors import ServiceError
from streaming.brokers.memory import MemoryCluster
from streaming.brokers.seam import Group, Record
from streaming.delivery import deliver
from streaming.metrics import POLLED, StreamMetrics
from streaming.producing import send_reviews
from streaming.respond import respond
from streaming.settings import StreamSettings, Topics
from tests.unit.streaming.looping import REVIEWS, SETTINGS, Away, UntilIdle, join, run, values


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


def test_a_loop_turns_though_its_broker_does_not_answer(cluster: MemoryCluster, classifier: Classifier) -> None:
    stop, turns = Event(), list[int]()

    def turned() -> None:
        turns.append(len(turns))
        if len(turns) == 3:
            stop.set()

    away = Away(cluster.join(Group("sentiment", "one", "reviews")), Event())
    metrics = StreamMetrics(classifier, CollectorRegistry())
    deliver(away, partial(respond, classifier=classifier, settings=SETTINGS), metrics, stop, turned)
    assert len(turns) == 3


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (
            0.0,
            [
                "the broker does not answer, or does not let this worker into its group; waiting for it",
                "the broker answers again",
            ],
        ),
        (60.0, []),
    ],
)
def test_a_broker_that_is_away_for_long_and_comes_back_is_told_of_once_each(
    cluster: MemoryCluster,
    classifier: Classifier,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    said: list[str],
) -> None:
    monkeypatch.setattr("streaming.delivery.AWAY_SECONDS", seconds)
    stop, answers = Event(), [True, True, False, False, True, True]

    class Flickering(UntilIdle):
        def reachable(self) -> bool:
            if len(answers) == 1:
                stop.set()
            return answers.pop(0)

    run(Flickering(cluster.join(Group("sentiment", "one", "reviews")), Event()), classifier, stop)
    assert [record.getMessage() for record in caplog.records if record.name == "sentiment.stream"] == said


def test_a_broker_that_stays_away_is_told_of_though_it_is_asked_again_and_again(
    cluster: MemoryCluster, classifier: Classifier, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streaming.delivery.AWAY_SECONDS", 0.05)
    stop = Event()

    class Slow(UntilIdle):
        polls = 0

        def reachable(self) -> bool:
            time.sleep(0.02)
            self.polls += 1
            if self.polls == 10:
                stop.set()
            return False

    run(Slow(cluster.join(Group("sentiment", "one", "reviews")), Event()), classifier, stop)
    told = [record.getMessage() for record in caplog.records if record.name == "sentiment.stream"]
    assert [line.partition(",")[0] for line in told] == ["the broker does not answer"]


def test_a_stopped_loop_does_not_poll(cluster: MemoryCluster, classifier: Classifier) -> None:
    stop = Event()
    stop.set()
    send_reviews(cluster, "reviews", REVIEWS)
    run(join(cluster, stop), classifier, stop)
    assert values(cluster, "sentiment") == []


def test_what_was_answered_is_counted(cluster: MemoryCluster, classifier: Classifier) -> None:
    send_reviews(cluster, "reviews", REVIEWS)
    stop, began = Event(), time.time()
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
    assert began <= (figures.get_sample_value("sentiment_start_timestamp_seconds") or 0) <= time.time()


@pytest.mark.parametrize(("kind", "sent", "polled"), [(UntilIdle, 0, True), (Away, 0, False), (Away, 1, True)])
def test_a_poll_counts_only_if_it_brings_records_or_the_cluster_answers(
    cluster: MemoryCluster, classifier: Classifier, kind: type[UntilIdle], sent: int, polled: bool
) -> None:
    stop = Event()
    send_reviews(cluster, "reviews", REVIEWS[:sent])
    figures = run(kind(cluster.join(Group("sentiment", "one", "reviews")), stop), classifier, stop)
    assert bool(figures.get_sample_value(POLLED)) == polled


def test_a_partition_that_another_worker_has_is_no_longer_behind_here(classifier: Classifier) -> None:
    figures = CollectorRegistry()
    metrics = StreamMetrics(classifier, figures)
    metrics.polled({("reviews", 0): 7, ("reviews", 1): 3})
    metrics.polled({("reviews", 1): 2})
    of = [{"topic": "reviews", "partition": partition} for partition in ("0", "1")]
    assert [figures.get_sample_value("sentiment_consumer_lag_messages", labels) for labels in of] == [0, 2]


def test_a_record_without_a_time_has_no_delay_and_one_of_a_later_clock_a_delay_of_zero(classifier: Classifier) -> None:
    figures, later = CollectorRegistry(), int(time.time() + 3600) * 1000
    records = [Record("reviews", 0, n, None, b"good", [], time_ms) for n, time_ms in enumerate((-1, 0, later))]
    StreamMetrics(classifier, figures).answered(records, [respond(records, classifier, SETTINGS)])
    assert figures.get_sample_value("sentiment_end_to_end_seconds_count") == 2
    assert figures.get_sample_value("sentiment_end_to_end_seconds_bucket", {"le": "0.001"}) == 1
    assert (figures.get_sample_value("sentiment_end_to_end_seconds_sum") or 0.0) > later / 1000 - 3660


def model_sum(classifier: Classifier) -> str:
    return hashlib.sha256((classifier.path / "model.json").read_bytes()).hexdigest()
