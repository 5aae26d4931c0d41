"""`GET /metrics`: what was asked and what was answered, for Prometheus. No text, id or user is in a label.

Where `PROMETHEUS_MULTIPROC_DIR` names a folder, each worker keeps its figures in a file there, and whichever worker
is asked adds up the files of all. The library reads that variable when it is first imported, so it must be set before.
"""

from __future__ import annotations

import os
from functools import cache

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from api.answers import body
from monitoring.answers import AnswerMetrics
from monitoring.room import FIGURES
from sentiment import Classifier

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The figures of one app, in a registry of their own."""

    def __init__(self, classifier: Classifier) -> None:
        own = CollectorRegistry()
        self._registry = own
        if FIGURES in os.environ:
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
        self._of = cache(self._labelled)  # finding them takes longer than counting
        self.answers = AnswerMetrics(classifier, own)

    def count_request(self, route: str, status: int, seconds: float) -> None:
        requests, durations = self._of(route, status)
        requests.inc()
        durations.observe(seconds)

    def _labelled(self, route: str, status: int) -> tuple[Counter, Histogram]:
        return self._requests.labels(route, status), self._seconds.labels(route)

    def text(self) -> bytes:
        """All figures in Prometheus' text format, those of the other workers included."""
        return generate_latest(self._registry)


def metrics_blueprint(metrics: Metrics) -> Blueprint:
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def show() -> Response:
        return body(metrics.text(), CONTENT_TYPE_LATEST)

    return blueprint
