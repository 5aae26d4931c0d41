"""What the server says about its model and about itself."""

from __future__ import annotations

import msgspec
from flask.testing import FlaskClient

from sentiment import Classifier


def test_the_model_tells_its_version_metrics_parity_and_text_rule(client: FlaskClient, classifier: Classifier) -> None:
    response = client.get("/model")
    assert response.status_code == 200
    assert response.data == msgspec.json.encode(classifier.manifest)
    assert {"version", "metrics", "parity", "text_rule"} <= response.get_json().keys()


def test_a_model_that_is_known_already_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/model").headers["ETag"]
    assert tag == '"tiny-1"'
    assert client.get("/model").headers["Cache-Control"] == "no-cache"
    for known in (tag, f"W/{tag}"):  # as a proxy has it that compresses
        again = client.get("/model", headers={"If-None-Match": known})
        assert (again.status_code, again.data) == (304, b"")
        assert (again.headers["ETag"], again.headers["Cache-Control"]) == (tag, "no-cache")
    assert client.get("/model", headers={"If-None-Match": '"tiny-0"'}).status_code == 200
    assert client.get("/model", headers={"If-Match": '"tiny-0"'}).status_code == 200  # there is nothing to change


def test_a_running_server_is_live_and_ready(client: FlaskClient) -> None:
    assert client.get("/health/live").get_json() == {"status": "live"}
    assert client.get("/health/ready").get_json() == {"status": "ready", "model_version": "tiny-1"}
    assert client.get("/health/ready").headers["Cache-Control"] == "no-store"


def test_head_and_options_say_the_same_without_a_body(client: FlaskClient) -> None:
    assert client.head("/model").headers["Content-Length"] == str(len(client.get("/model").data))
    assert client.head("/model").data == b""
    assert set(client.options("/predict").headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
