"""What can't be answered is refused as a problem that names what was expected."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient

from api.app import create_app
from api.settings import Settings
from sentiment import Classifier
from tests.unit.api.problems import assert_problem


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"good film", "not_json"),
        (b'{"text": "good"', "not_json"),
        (b'{"text": "good"} {}', "not_json"),
        (b'{"text": "good", "stars": NaN}', "not_json"),
        (b'{"text": "good", "stars": Infinity}', "not_json"),
        (b'{"text": "\\ud800"}', "not_json"),
        (b'{"text": "good", "film": "\\udc00"}', "not_json"),
        (b'{"text": "good\x00"}', "not_json"),
        (b'{"text": "good", "film": "\xff"}', "not_utf8"),
        (b'{"text": "good", "film": "\xed\xa0\x80"}', "not_utf8"),
        ('{"text": "good"}'.encode("utf-16"), "not_utf8"),
        (b'{"text": "good", "film": ' + b"[" * 9_000 + b"]" * 9_000 + b"}", "not_json"),
    ],
)
def test_what_is_not_json_is_a_bad_request(client: FlaskClient, body: bytes, code: str) -> None:
    assert_problem(client.post("/predict", data=body, content_type="application/json"), 400, code)


@pytest.mark.parametrize(
    ("body", "code", "names"),
    [
        ([], "not_an_object", "object"),
        ("good", "not_an_object", "object"),
        (None, "not_an_object", "object"),
        ({}, "text_missing", "`text`"),
        ({"Text": "good"}, "text_missing", "`text`"),
        ({"text": 1}, "text_not_a_string", "`text`"),
        ({"text": None}, "text_not_a_string", "`text`"),
        ({"text": ["good"]}, "text_not_a_string", "`text`"),
        ({"text": ""}, "text_empty", "`text`"),
        ({"text": " \n\u00a0\u2003"}, "text_empty", "`text`"),
        ({"text": "a" * 2_001}, "text_too_long", "2001 characters, the most is 2000"),
        ({"text": "good", "texts": ["good"]}, "text_and_texts", "`texts`"),
        ({"texts": "good"}, "texts_not_an_array", "`texts`"),
        ({"texts": {"0": "good"}}, "texts_not_an_array", "`texts`"),
        ({"texts": []}, "texts_empty", "`texts`"),
        ({"texts": ["good"] * 6}, "too_many_texts", "5 texts, not 6"),
        ({"texts": ["a", "b", "c", 4]}, "text_not_a_string", "`texts[3]`"),
        ({"texts": ["a", " "]}, "text_empty", "`texts[1]`"),
        ({"texts": ["a", "b", "c" * 2_001]}, "text_too_long", "`texts[2]`"),
        ({"text": "good", "id": None}, "id_malformed", "`id`"),
        ({"text": "good", "id": 1.5}, "id_malformed", "`id`"),
        ({"text": "good", "id": True}, "id_malformed", "`id`"),
        ({"text": "good", "id": {"a": 1}}, "id_malformed", "`id`"),
    ],
)
def test_a_wrong_shape_names_the_field(client: FlaskClient, body: Any, code: str, names: str) -> None:
    response = client.post("/predict", data=json.dumps(body), content_type="application/json")
    assert_problem(response, 422, code, names=names)


def test_explain_is_true_or_false(client: FlaskClient) -> None:
    assert_problem(
        client.post("/predict?explain=yes", json={"text": "good"}), 422, "explain_malformed", names="explain"
    )


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "", "application/jsonp", "a/b; c/json"])
def test_another_media_type_is_unsupported(client: FlaskClient, content_type: str) -> None:
    response = client.post("/predict", data=b'{"text": "good"}', content_type=content_type)
    assert_problem(response, 415, "unsupported_media_type", names="application/json")
    assert response.headers["Accept"].startswith("application/json, application/x-www-form-urlencoded")


@pytest.mark.parametrize("path", ["/predict", "/explain", "/feedback", "/v2/models/sentiment/infer"])
@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "identity, gzip"])
def test_an_encoded_body_is_unsupported_and_told_what_is_accepted(
    client: FlaskClient, path: str, encoding: str
) -> None:
    response = client.post(path, json={"text": "good"}, headers={"Content-Encoding": encoding})
    assert_problem(response, 415, "unsupported_content_encoding", names="without a Content-Encoding")
    assert response.headers["Accept-Encoding"] == "identity"
    assert "Accept" not in response.headers


@pytest.mark.parametrize("encoding", ["", "identity", "Identity"])
def test_a_body_that_says_that_it_is_not_encoded_is_taken(client: FlaskClient, encoding: str) -> None:
    response = client.post("/predict", json={"text": "good"}, headers={"Content-Encoding": encoding})
    assert response.status_code == 200


def test_a_form_without_text_misses_it(client: FlaskClient) -> None:
    assert_problem(client.post("/predict", data={"critique": "good"}), 422, "text_missing")
    as_curl_sends_it = {"data": b'{"text": "a = b & c"}', "content_type": "application/x-www-form-urlencoded"}
    for path in ("/predict", "/explain"):
        problem = client.post(path, **as_curl_sends_it)
        assert_problem(problem, 422, "text_missing", names="for JSON send content-type: application/json")
    assert_problem(client.post("/predict", data={"text": (io.BytesIO(b"good"), "a.txt")}), 422, "text_missing")


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("size", [20_001, 20_002, 50_000])
def test_a_body_over_the_limit_is_too_large(client: FlaskClient, content_type: str, size: int) -> None:
    response = client.post("/predict", data=b"a" * size, content_type=content_type)
    assert_problem(response, 413, "body_too_large", names="20000 bytes")


def test_a_form_that_ends_before_its_length_is_refused(client: FlaskClient) -> None:
    cut = {"CONTENT_LENGTH": "100", "wsgi.input_terminated": True}  # as the server hands on what a client broke off
    form = "application/x-www-form-urlencoded"
    response = client.post("/predict", data=b"text=good", content_type=form, environ_overrides=cut)
    assert_problem(response, 400, "body_incomplete", names="Content-Length")


def test_a_multipart_form_with_too_many_parts_is_too_large(classifier: Classifier) -> None:
    client = create_app(classifier, Settings()).test_client()
    parts = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 1_001
    response = client.post("/predict", data=parts, content_type="multipart/form-data; boundary=x")
    assert_problem(response, 413, "body_too_large", names="1000 fields")


def test_a_form_with_too_many_fields_is_too_large(client: FlaskClient) -> None:
    response = client.post("/predict", data=b"a=&" * 1_001, content_type="application/x-www-form-urlencoded")
    assert_problem(response, 413, "body_too_large", names="1000 fields")


def test_a_form_that_only_its_length_can_end_must_tell_it(client: FlaskClient) -> None:
    sent = {"input_stream": io.BytesIO(b"text=good"), "content_type": "application/x-www-form-urlencoded"}
    response = client.post("/predict", **sent, headers={"Transfer-Encoding": "chunked"})
    assert_problem(response, 411, "length_required", names="Content-Length")


@pytest.mark.parametrize("parameter", ["", "; boundary=y", "; boundary=\xe9"])
def test_what_is_no_form_is_a_bad_request(client: FlaskClient, parameter: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\ngood\r\n--x--\r\n'
    response = client.post("/predict", data=part, content_type="multipart/form-data" + parameter)
    assert_problem(response, 400, "form_malformed", names="multipart/form-data")


@pytest.mark.parametrize(
    "path", ["/", "/predict/", "//predict", "///predict", "/Predict", "/static/x", "/health", "/\x00", "/../model"]
)
def test_an_unknown_path_is_not_found(client: FlaskClient, path: str) -> None:
    asked = client.post("/", json={"text": "good"}, environ_overrides={"PATH_INFO": path})  # as a server hands it on
    assert_problem(asked, 404, "not_found")


def test_another_method_is_not_allowed_and_told_which_are(client: FlaskClient) -> None:
    response = client.get("/predict")
    assert_problem(response, 405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert_problem(client.delete("/model"), 405, "method_not_allowed")


def test_a_fault_of_ours_is_logged_once_and_tells_nothing(
    classifier: Classifier, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(classifier, Settings())

    @app.post("/broken")
    def broken() -> str:
        raise RuntimeError(request.get_data())

    with caplog.at_level(logging.DEBUG):
        response = app.test_client().post("/broken", data="a private review")
    assert_problem(response, 500, "internal_error")
    # A Spark session of another test lets go of its objects, and tells of it, whenever Python collects them.
    ours = [record.levelname for record in caplog.records if not record.name.startswith("py4j")]
    assert ours == ["ERROR"]
    assert "RuntimeError" in caplog.text
    assert "raise RuntimeError" in caplog.text  # where it was
    assert "private" not in caplog.text + response.text
