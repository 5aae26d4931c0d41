"""What Prometheus is told of a worker: counted at the loop, a batch at a time. No text, id or user in a label.

Where `PROMETHEUS_MULTIPROC_DIR` is set when this is imported, the library keeps the figures in files of that folder,
from which the supervisor of several workers adds them up.
"""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from sentiment import Classifier
from sentiment.folder import MANIFEST, sha256
from streaming.brokers.seam import Partition, Record
from streaming.respond import Answers

POLLED = "sentiment_last_poll_timestamp_seconds"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
RECORDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
TENTHS = tuple(tenth / 10 for tenth in range(1, 11))


class BatchHistogram(Histogram):
    """A histogram that takes the values of a batch at the price of one."""

    def observe_all(self, values: npt.NDArray[np.float64]) -> None:
        counts = np.bincount(np.searchsorted(self._upper_bounds, values), minlength=len(self._buckets))
        self._sum.inc(float(values.sum()))
        for place in np.flatnonzero(counts).tolist():
            self._buckets[place].inc(int(counts[place]))


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
        self._probability = BatchHistogram(
            "sentiment_probability", "Probability of the positive class.", registry=registry, buckets=TENTHS
        )
        self._unseen = BatchHistogram(
            "sentiment_unseen_terms_ratio",
            "Share of a text's terms that the model has no coefficient for.",
            registry=registry,
            buckets=TENTHS,
        )
        self._lag = Gauge(
            "sentiment_consumer_lag_messages",
            "Records that are yet to be polled.",
            ("topic", "partition"),
            registry=registry,
            multiprocess_mode="livemostrecent",
        )
        self._polled = Gauge(POLLED, "When the last poll ended.", registry=registry, multiprocess_mode="livemin")
        about = Gauge(
            "sentiment_model_info",
            "The model in use; sha256 is that of its model.json.",
            ("version", "sha256"),
            registry=registry,
            multiprocess_mode="livemax",
        )
        about.labels(classifier.version, sha256(classifier.path / MANIFEST)).set(1)
        self._batch_began = 0.0

    def polled(self, lag: Mapping[Partition, int]) -> None:
        """A poll is over; whatever it brought is now at work."""
        self._batch_began = time.perf_counter()
        self._polled.set_to_current_time()
        for (topic, partition), records in lag.items():
            self._lag.labels(topic, partition).set(records)

    def answered(self, records: Sequence[Record], answers: Answers) -> None:
        """The answers to the records of the last poll are committed."""
        self._processing.observe(time.perf_counter() - self._batch_began)
        self._size.observe(len(records))
        ages = time.time() - np.array([r.timestamp_ms for r in records if r.timestamp_ms >= 0], np.float64) / 1000
        self._end_to_end.observe_all(np.maximum(ages, 0.0))
        self._probability.observe_all(answers.predictions.probability)
        self._unseen.observe_all(answers.predictions.unseen)
        dead = len(answers.rejections)
        self._messages.labels("classified").inc(len(records) - dead)
        self._messages.labels("dead_letter").inc(dead)
        for reason, count in Tally(rejection.reason for rejection in answers.rejections).items():
            self._dead.labels(reason).inc(count)
