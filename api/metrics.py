"""`GET /metrics`: what was asked and what was answered, for Prometheus. No text, id or user is in a label.

Where `PROMETHEUS_MULTIPROC_DIR` names a folder, each worker keeps its figures in a file there, and whichever worker
is asked adds up the files of all. The library reads that variable when it is first imported, so it must be set before.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from time import perf_counter

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from api.answers import body
from sentiment import Classifier
from sentiment.folder import MANIFEST, sha256
from sentiment.predictions import Predictions

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
TENTHS = tuple(tenth / 10 for tenth in range(1, 11))


class BatchHistogram(Histogram):
    """A histogram that takes many values at the price of one: each bucket that they fall into is written once."""

    def observe_all(self, values: Sequence[float]) -> None:
        counts: dict[int, int] = {}
        for value in values:
            place = bisect_left(self._upper_bounds, value)
            counts[place] = counts.get(place, 0) + 1
        self._sum.inc(sum(values))
        for place, count in counts.items():
            self._buckets[place].inc(count)


class Metrics:
    """The figures of one app, in a registry of their own."""

    def __init__(self, classifier: Classifier) -> None:
        own = CollectorRegistry()
        self._registry = own
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            self._registry = CollectorRegistry()
            MultiProcessCollector(self._registry)  # type: ignore[no-untyped-call]
        self._requests = Counter(
            "sentiment_http_requests", "Requests by route and status.", ("route", "status"), registry=own
        )
        self._seconds = Histogram(
            "sentiment_http_seconds",
            "From a request's header to the end of its answer's making.",
            ("route",),
            registry=own,
            buckets=SECONDS,
        )
        self._probability = BatchHistogram(
            "sentiment_probability", "Probability of the positive class.", registry=own, buckets=TENTHS
        )
        self._unseen = BatchHistogram(
            "sentiment_unseen_terms_ratio",
            "Share of a text's terms that the model has no coefficient for.",
            registry=own,
            buckets=TENTHS,
        )
        self._of = cache(self._labelled)  # finding them takes longer than counting
        about = Gauge(
            "sentiment_model_info",
            "The model in use; sha256 is that of its model.json.",
            ("version", "sha256"),
            registry=own,
            multiprocess_mode="max",
        )
        about.labels(classifier.version, sha256(classifier.path / MANIFEST)).set(1)

    def count_predictions(self, predictions: Predictions) -> None:
        self._probability.observe_all(predictions.probability.tolist())
        self._unseen.observe_all(predictions.unseen.tolist())

    def count_request(self, route: str, status: int, seconds: float) -> None:
        requests, durations = self._of(route, status)
        requests.inc()
        durations.observe(seconds)

    def _labelled(self, route: str, status: int) -> tuple[Counter, Histogram]:
        return self._requests.labels(route, status), self._seconds.labels(route)

    def text(self) -> bytes:
        """All figures in Prometheus' text format, those of the other workers included."""
        return generate_latest(self._registry)


def register(app: Flask, metrics: Metrics) -> None:
    """Count every request of the app, by the template of its route: a path that is made up is no label of its own."""

    @app.before_request
    def start() -> None:
        g.started = perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        rule = request.url_rule
        metrics.count_request(rule.rule if rule else "unknown", response.status_code, perf_counter() - g.started)
        return response


def metrics_blueprint(metrics: Metrics) -> Blueprint:
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def show() -> Response:
        return body(metrics.text(), CONTENT_TYPE_LATEST)

    return blueprint
