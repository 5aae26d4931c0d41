"""The description of the API is valid, whole, and true of what is really answered."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.app import create_app
from api.settings import Settings
from sentiment import Classifier

INPUT = {"name": "text", "shape": [2], "datatype": "BYTES", "data": ["good", "bad"]}
ASKED: list[tuple[str, str, Any, int]] = [
    ("post", "/predict", {"text": "good", "id": 7, "film": "Amélie"}, 200),
    ("post", "/predict?explain=true", {"texts": ["good", "bad"]}, 200),
    ("post", "/predict", {"text": " \n"}, 422),
    ("post", "/predict", {"texts": []}, 422),
    ("post", "/predict", {"texts": ["good", ""]}, 422),
    ("post", "/explain", {"text": "good", "id": 7}, 200),
    ("post", "/explain", {"texts": ["good"]}, 422),
    ("post", "/feedback", {"id": 7, "label": "positive"}, 202),
    ("post", "/feedback", {"id": "a", "label": "fine"}, 422),
    ("get", "/model", None, 200),
    ("get", "/health/live", None, 200),
    ("get", "/health/ready", None, 200),
    ("get", "/openapi.json", None, 200),
    ("get", "/v2/health/live", None, 200),
    ("get", "/v2/health/ready", None, 200),
    ("get", "/v2", None, 200),
    ("get", "/v2/models/sentiment", None, 200),
    ("get", "/v2/models/sentiment/versions/tiny-1", None, 200),
    ("get", "/v2/models/sentiment/versions/tiny-1/ready", None, 200),
    ("get", "/v2/models/sentiment/versions/tiny-2/ready", None, 404),
    ("post", "/v2/models/sentiment/versions/tiny-1/infer", {"inputs": [INPUT]}, 200),
    ("get", "/v2/models/other", None, 404),
    ("get", "/v2/models/sentiment/ready", None, 200),
    ("post", "/v2/models/sentiment/infer", {"id": "a", "inputs": [INPUT]}, 200),
    ("post", "/v2/models/sentiment/infer", {"inputs": []}, 422),
    ("post", "/v2/models/sentiment/infer", {"inputs": [INPUT | {"datatype": "FP32"}]}, 422),
    ("post", "/v2/models/sentiment/infer", {"inputs": [INPUT | {"data": ["good", " "]}]}, 422),
    ("post", "/v2/models/sentiment/infer", {"inputs": [INPUT | {"data": [], "shape": [0]}]}, 422),
    ("post", "/v2/models/sentiment/infer", {"inputs": [INPUT], "outputs": [{"name": "logits"}]}, 422),
]


@pytest.fixture(scope="module")
def app(classifier: Classifier) -> Flask:
    return create_app(classifier, Settings(), lambda *_: None)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def template_of(path: str) -> str:
    template = re.sub("/models/[^/]+", "/models/{name}", path.partition("?")[0])
    return re.sub("/versions/[^/]+", "/versions/{version}", template)


def described(client: FlaskClient, method: str, path: str) -> dict[str, Any]:
    template = template_of(path)
    found: dict[str, Any] = client.get("/openapi.json").get_json()["paths"][template][method]
    return found


def conform(client: FlaskClient, schema: dict[str, Any], value: Any) -> None:
    components = client.get("/openapi.json").get_json()["components"]
    OAS31Validator(schema | {"components": components}).validate(value)


def test_it_is_openapi_3_1(client: FlaskClient) -> None:
    OpenAPIV31SpecValidator(client.get("/openapi.json").get_json()).validate()


@pytest.mark.parametrize(("method", "path", "body", "status"), ASKED)
def test_an_answer_is_as_described(client: FlaskClient, method: str, path: str, body: Any, status: int) -> None:
    response = client.open(path, method=method.upper(), json=body)
    assert response.status_code == status, response.text
    content = described(client, method, path)["responses"][str(status)]["content"]
    conform(client, content[response.content_type]["schema"], response.get_json(force=True))


@pytest.mark.parametrize(("method", "path", "body", "status"), [asked for asked in ASKED if asked[2]])
def test_a_body_is_taken_if_and_only_if_it_is_as_described(
    client: FlaskClient, method: str, path: str, body: Any, status: int
) -> None:
    schema = described(client, method, path)["requestBody"]["content"]["application/json"]["schema"]
    components = client.get("/openapi.json").get_json()["components"]
    assert OAS31Validator(schema | {"components": components}).is_valid(body) == (status < 400)


def test_the_only_model_s_name_is_told(client: FlaskClient) -> None:
    (name,) = described(client, "get", "/v2/models/sentiment")["parameters"]
    assert name["schema"]["enum"] == [client.get("/v2/models/sentiment").get_json()["name"]]


def test_every_route_that_answers_json_is_tried_above(app: Flask) -> None:
    document = app.test_client().get("/openapi.json").get_json()
    tried = {template_of(path) for _, path, _, _ in ASKED}
    assert set(document["paths"]) == tried | {"/metrics", "/docs"}


def test_keys_are_described_where_they_are_wanted(classifier: Classifier) -> None:
    app = create_app(classifier, Settings(api_keys=("0123456789abcdef",)))
    document = app.test_client().get("/openapi.json").get_json()
    OpenAPIV31SpecValidator(document).validate()
    assert "401" in document["paths"]["/predict"]["post"]["responses"]
    assert document["paths"]["/health/live"]["get"]["security"] == []


def test_the_page_runs_only_its_own_script(client: FlaskClient) -> None:
    response = client.get("/docs")
    policy = response.headers["Content-Security-Policy"]
    assert response.content_type == "text/html; charset=utf-8"
    assert policy.startswith("default-src 'none'; connect-src 'self'; script-src 'sha256-")
    assert policy.endswith("; frame-ancestors 'none'")
    assert not re.search(r"(src|href)=.?(https?:)?//", response.text)  # nothing from outside


def test_the_description_is_plain_json(client: FlaskClient) -> None:
    assert json.loads(client.get("/openapi.json").data)["openapi"] == "3.1.0"
