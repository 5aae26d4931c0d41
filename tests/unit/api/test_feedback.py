"""`POST /feedback` keeps what it is told, or says that it did not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.settings import Settings
from sentiment import Classifier
from sentiment.errors import ServiceError
from tests.unit.api.problems import assert_problem


class Kept:
    """Keeps records, unless its broker is away."""

    def __init__(self) -> None:
        self.records: list[tuple[bytes, bytes]] = []
        self.away = False

    def __call__(self, key: bytes, value: bytes) -> None:
        if self.away:
            raise ServiceError("a private host did not answer")
        self.records.append((key, value))


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def client(classifier: Classifier, kept: Kept) -> FlaskClient:
    return create_app(classifier, Settings(), kept).test_client()


@pytest.mark.parametrize("sent", [42, "42"])
def test_feedback_is_kept_under_the_review_s_id(client: FlaskClient, kept: Kept, sent: int | str) -> None:
    response = client.post("/feedback", json={"id": sent, "label": "negative", "film": "Amélie"})
    assert (response.status_code, response.get_json()) == (202, {"id": "42", "label": "negative"})
    ((key, value),) = kept.records
    assert (key, json.loads(value)) == (b"42", {"id": "42", "label": "negative"})


def test_a_byte_order_mark_before_feedback_does_no_harm(client: FlaskClient, kept: Kept) -> None:
    sent = b'\xef\xbb\xbf{"id": "42", "label": "negative"}'
    assert client.post("/feedback", data=sent, content_type="application/json").status_code == 202
    assert len(kept.records) == 1


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ([], "object"),
        ({}, "`id`"),
        ({"id": "1"}, "`label`"),
        ({"id": "", "label": "positive"}, "$.id"),
        ({"id": "a" * 257, "label": "positive"}, "$.id"),
        ({"id": 10**256, "label": "positive"}, "`id`"),
        ({"id": 1.5, "label": "positive"}, "$.id"),
        ({"id": True, "label": "positive"}, "$.id"),
        ({"id": None, "label": "positive"}, "$.id"),
        ({"id": "1", "label": "Positive"}, "$.label"),
        ({"id": "1", "label": "positive\n"}, "$.label"),
        ({"id": "1", "label": 1}, "$.label"),
    ],
)
def test_a_wrong_shape_names_the_field_and_keeps_nothing(
    client: FlaskClient, kept: Kept, body: Any, names: str
) -> None:
    assert_problem(client.post("/feedback", json=body), 422, "feedback_malformed", names=names)
    assert kept.records == []


def test_a_wrong_label_is_not_quoted(client: FlaskClient) -> None:
    assert "private" not in client.post("/feedback", json={"id": 1, "label": "a private review"}).text


def test_a_form_is_no_feedback(client: FlaskClient) -> None:
    assert_problem(client.post("/feedback", data={"id": "1", "label": "positive"}), 415, "unsupported_media_type")


def test_a_broker_that_is_away_is_told_and_recovered_from(
    client: FlaskClient, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    kept.away = True
    response = client.post("/feedback", json={"id": 1, "label": "positive"})
    assert "feedback may not have been kept: " in caplog.text
    assert_problem(response, 503, "feedback_unavailable", names="send it again")
    assert response.headers["Retry-After"] == "5"
    assert "private" not in response.text
    kept.away = False
    assert client.post("/feedback", json={"id": 1, "label": "positive"}).status_code == 202


def test_without_a_broker_feedback_is_refused_and_the_rest_goes_on(classifier: Classifier) -> None:
    client = create_app(classifier, Settings()).test_client()
    response = client.post("/feedback", json={"id": 1, "label": "positive"})
    assert_problem(response, 503, "feedback_not_configured", names="broker")
    assert client.post("/predict", json={"text": "good"}).status_code == 200
