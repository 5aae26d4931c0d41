"""What Prometheus is told of a worker: counted at the loop, a batch at a time. No text, id or user in a label.

Where `PROMETHEUS_MULTIPROC_DIR` is set when this is imported, the library keeps the figures in files of that folder,
from which the supervisor of several workers adds them up.
"""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from monitoring.answers import AnswerMetrics
from monitoring.batches import BatchHistogram
from sentiment import Classifier
from streaming.brokers.seam import Partition, Record
from streaming.messages import Reason
from streaming.respond import Answers

POLLED = "sentiment_last_poll_timestamp_seconds"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
RECORDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)


class StreamMetrics:
    """The figures of one worker, in the registry that it is given."""

    def __init__(self, classifier: Classifier, registry: CollectorRegistry) -> None:
        self._messages = Counter("sentiment_messages", "Records answered.", ("result",), registry=registry)
        self._dead = Counter("sentiment_dead_letters", "Records rejected.", ("reason",), registry=registry)
        self._size = Histogram("sentiment_batch_size", "Records in a batch.", registry=registry, buckets=RECORDS)
        self._processing = Histogram(
            "sentiment_processing_seconds", "From poll to commit, of a batch.", registry=registry, buckets=SECONDS
        )
        self._end_to_end = BatchHistogram(
            "sentiment_end_to_end_seconds",
            "From the record's timestamp to the commit of its answer.",
            registry=registry,
            buckets=SECONDS,
        )
        self._lag = Gauge(
            "sentiment_consumer_lag_messages",
            "Records that are yet to be polled.",
            ("topic", "partition"),
            registry=registry,
            multiprocess_mode="livemostrecent",
        )
        self._polled = Gauge(
            POLLED, "When the last poll that the broker answered ended.", registry=registry, multiprocess_mode="livemin"
        )
        self._answers = AnswerMetrics(classifier, registry)
        self._batch_began = 0.0
        self._lagging: set[Partition] = set()
        self._begin_at_nothing()

    def _begin_at_nothing(self) -> None:
        """A series that is first seen with its first batch has no rate: that batch would never be told of."""
        for result in ("classified", "dead_letter"):
            self._messages.labels(result)
        for reason in get_args(Reason):
            self._dead.labels(reason)

    def polled(self, lag: Mapping[Partition, int]) -> None:
        """A poll that the broker answered is over; whatever it brought is now at work."""
        self._batch_began = time.perf_counter()
        self._polled.set_to_current_time()
        lost = dict.fromkeys(self._lagging - lag.keys(), 0)  # to another worker, whose series tells of it now
        for partition, records in {**lost, **lag}.items():
            self._lag.labels(*partition).set(records)
        self._lagging = set(lag)

    def answered(self, records: Sequence[Record], answers: Sequence[Answers]) -> None:
        """The answers to records of the last poll are committed."""
        self._processing.observe(time.perf_counter() - self._batch_began)
        self._size.observe(len(records))
        now = time.time()
        self._end_to_end.observe_all([max(now - r.timestamp_ms / 1000, 0.0) for r in records if r.timestamp_ms >= 0])
        for piece in answers:
            self._answers.count(piece.predictions)
        reasons = Tally(rejection.reason for piece in answers for rejection in piece.rejections)
        self._messages.labels("classified").inc(len(records) - reasons.total())
        self._messages.labels("dead_letter").inc(reasons.total())
        for reason, count in reasons.items():
            self._dead.labels(reason).inc(count)
        self._batch_began = time.perf_counter()  # of what is left of the last poll, if anything is
