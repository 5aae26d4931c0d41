"""The figures of a model's answers. No text, id or user is in a label.

Where `PROMETHEUS_MULTIPROC_DIR` names a folder, each process keeps its figures in files there. The library reads
that variable when it is first imported, so it must be set before.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge

from monitoring.batches import BatchHistogram
from sentiment import Classifier
from sentiment.folder import MANIFEST, sha256
from sentiment.predictions import Predictions

TENTHS = tuple(tenth / 10 for tenth in range(1, 11))


class AnswerMetrics:
    """The figures of one model in one process, in the registry that it is given."""

    def __init__(self, classifier: Classifier, registry: CollectorRegistry) -> None:
        self._probability = BatchHistogram(
            "sentiment_probability", "Probability of the positive class.", registry=registry, buckets=TENTHS
        )
        self._unseen = BatchHistogram(
            "sentiment_unseen_terms_ratio",
            "Share of a text's terms that the model has no coefficient for.",
            registry=registry,
            buckets=TENTHS,
        )
        started = Gauge(
            "sentiment_start_timestamp_seconds",
            "When the process that started last did.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        started.set_to_current_time()
        about = Gauge(
            "sentiment_model_info",
            "The model in use; sha256 is that of its model.json.",
            ("version", "sha256"),
            registry=registry,
            multiprocess_mode="livemax",
        )
        about.labels(classifier.version, sha256(classifier.path / MANIFEST)).set(1)

    def count(self, predictions: Predictions) -> None:
        self._probability.observe_all(predictions.probability.tolist())
        self._unseen.observe_all(predictions.unseen)
