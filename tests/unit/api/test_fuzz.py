"""Whatever is sent, it is answered by a result or by a problem, and never by a fault of ours."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from api.app import create_app
from api.settings import Settings
from sentiment import Classifier, Result

TYPES = st.sampled_from(
    [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "text/plain",
        "",
        "\xff",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None))
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
REVIEWS = st.fixed_dictionaries(
    {}, optional={"text": JSON, "texts": JSON | st.lists(st.text()), "id": JSON, "film": JSON}
)
FEEDBACK = st.fixed_dictionaries({"id": JSON | st.text(), "label": JSON | st.sampled_from(["positive", "negative"])})
TENSORS = st.fixed_dictionaries(
    {
        "name": JSON | st.just("text"),
        "shape": JSON | st.lists(st.integers(0, 2), min_size=1, max_size=2),
        "datatype": JSON | st.just("BYTES"),
        "data": JSON | st.lists(st.text(), max_size=2),
    }
)
QUESTIONS = st.fixed_dictionaries({"inputs": st.lists(TENSORS, min_size=1, max_size=1)}, optional={"id": JSON})
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100).filter(str.strip)


@pytest.fixture(scope="module")
def app(classifier: Classifier) -> Flask:
    limits = Settings(max_body_bytes=5_000, max_texts=5, max_characters=100)
    return create_app(classifier, limits, lambda *_: None)


def check(response: TestResponse) -> None:
    assert response.status_code in (200, 400, 413, 415, 422)
    if response.status_code != 200:
        assert response.content_type == "application/problem+json"
        assert response.get_json(force=True)["status"] == response.status_code
    elif b'"predictions"' in response.data[:14]:
        msgspec.json.decode(response.data, type=dict[str, list[Result]])
    else:
        msgspec.json.decode(response.data, type=Result)


@given(st.binary(max_size=6_000), TYPES)
def test_arbitrary_bytes_are_answered(app: Flask, body: bytes, content_type: str) -> None:
    check(app.test_client().post("/predict", data=body, content_type=content_type))


@given(JSON | REVIEWS)
@settings(max_examples=300)
def test_arbitrary_json_is_answered(app: Flask, value: Any) -> None:
    body = json.dumps(value).encode()
    check(app.test_client().post("/predict?explain=true", data=body, content_type="application/json"))


@given(REVIEWS, st.data())
def test_damaged_json_is_answered(app: Flask, value: Any, data: st.DataObject) -> None:
    body = bytearray(json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass"))
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    check(app.test_client().post("/predict", data=bytes(body), content_type="application/json"))


@given(st.sampled_from(["/feedback", "/v2/models/sentiment/infer"]), JSON | FEEDBACK | QUESTIONS)
def test_feedback_and_inference_answer_arbitrary_json_too(app: Flask, path: str, value: Any) -> None:
    response = app.test_client().post(path, data=json.dumps(value), content_type="application/json")
    assert response.status_code in (200, 202, 400, 413, 422)
    if response.status_code >= 400:
        assert response.get_json(force=True)["status"] == response.status_code


@given(st.dictionaries(TEXTS, st.lists(TEXTS | st.integers()), max_size=4), TEXTS)
def test_the_object_that_was_sent_comes_back(app: Flask, fields: dict[str, Any], text: str) -> None:
    own = {name: value for name, value in fields.items() if name not in ("id", "texts")}
    sent = {**own, "text": text}
    response = app.test_client().post("/predict", json=sent)
    assert json.loads(response.data)["review"] == sent
