"""`GET /metrics` tells what was asked and answered, and nothing of what was said."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.settings import Settings
from sentiment import Classifier
from sentiment.folder import sha256

Labels = frozenset[tuple[str, str]]


@pytest.fixture
def app(classifier: Classifier) -> Flask:
    return create_app(classifier, Settings())


def figures(client: FlaskClient) -> dict[tuple[str, Labels], float]:
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def labels(**given: str) -> Labels:
    return frozenset(given.items())


def test_requests_are_counted_by_route_and_status(client: FlaskClient) -> None:
    client.post("/predict", json={"text": "good"})
    client.post("/predict", json={"text": "bad"})
    client.post("/predict", json={"text": ""})
    found = figures(client)
    assert found["sentiment_http_requests_total", labels(route="/predict", status="200")] == 2
    assert found["sentiment_http_requests_total", labels(route="/predict", status="422")] == 1
    assert found["sentiment_http_seconds_count", labels(route="/predict")] == 3


def test_paths_that_are_made_up_are_one_label(client: FlaskClient) -> None:
    client.get("/secret-1")
    client.get("/secret-2")
    client.get("/v2/models/secret-3")
    client.post("/health/live")
    found = figures(client)
    assert found["sentiment_http_requests_total", labels(route="unknown", status="404")] == 2
    assert found["sentiment_http_requests_total", labels(route="/v2/models/<name>", status="404")] == 1
    assert "secret" not in client.get("/metrics").text


def test_every_text_is_counted_by_its_probability_and_its_unseen_terms(client: FlaskClient) -> None:
    client.post("/predict", json={"texts": ["good", "bad", "zzz"]})
    client.post("/explain", json={"text": "good"})
    client.post(
        "/v2/models/sentiment/infer",
        json={"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["good"]}]},
    )
    found = figures(client)
    assert found["sentiment_probability_count", labels()] == 5
    assert found["sentiment_unseen_terms_ratio_sum", labels()] == 1
    assert found["sentiment_unseen_terms_ratio_bucket", labels(le="0.1")] == 4


def test_the_model_in_use_is_named(client: FlaskClient, classifier: Classifier) -> None:
    about = labels(version="tiny-1", sha256=sha256(classifier.path / "model.json"))
    assert figures(client)["sentiment_model_info", about] == 1


def test_what_a_request_says_is_not_told(client: FlaskClient) -> None:
    client.post("/predict?explain=true", json={"text": "a good secret", "id": "id-secret"})
    assert "secret" not in client.get("/metrics").text
