"""`/v2`: the Open Inference Protocol."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from sentiment import Classifier
from tests.unit.api.problems import assert_problem

INFER = "/v2/models/sentiment/infer"


def tensor(*data: Any, **changes: Any) -> dict[str, Any]:
    return {"name": "text", "shape": [len(data)], "datatype": "BYTES", "data": list(data)} | changes


def test_health_and_the_model_are_told(client: FlaskClient) -> None:
    assert client.get("/v2/health/live").get_json() == {"live": True}
    assert client.get("/v2/health/ready").get_json() == {"ready": True}
    assert client.get("/v2/models/sentiment/ready").get_json() == {"name": "sentiment", "ready": True}
    server = client.get("/v2").get_json()
    assert (server["name"], server["extensions"]) == ("review-sentiment", [])
    about = client.get("/v2/models/sentiment").get_json()
    assert (about["versions"], about["inputs"][0]["datatype"]) == (["tiny-1"], "BYTES")


@pytest.mark.parametrize("shape", [[2], [2, 1]])
def test_a_tensor_of_texts_is_answered_by_labels_and_probabilities(
    client: FlaskClient, classifier: Classifier, shape: list[int]
) -> None:
    response = client.post(INFER, json={"id": "a", "inputs": [tensor("good", "bad", shape=shape)]})
    assert response.get_json() == {
        "id": "a",
        "model_name": "sentiment",
        "model_version": "tiny-1",
        "outputs": [
            {"name": "label", "shape": [2], "datatype": "BYTES", "data": ["positive", "negative"]},
            {
                "name": "probability",
                "shape": [2],
                "datatype": "FP64",
                "data": classifier.predict(["good", "bad"]).probability.tolist(),
            },
        ],
    }


def test_a_version_that_the_model_tells_may_be_asked(client: FlaskClient) -> None:
    (version,) = client.get("/v2/models/sentiment").get_json()["versions"]
    of_version = f"/v2/models/sentiment/versions/{version}"
    for path in ("", "/ready"):
        assert client.get(of_version + path).get_json() == client.get("/v2/models/sentiment" + path).get_json()
    question = {"inputs": [tensor("good")]}
    assert client.post(f"{of_version}/infer", json=question).get_json() == client.post(INFER, json=question).get_json()


def test_outputs_that_name_none_are_all(client: FlaskClient) -> None:
    response = client.post(INFER, json={"inputs": [tensor("good")], "outputs": []})
    assert [output["name"] for output in response.get_json()["outputs"]] == ["label", "probability"]


def test_a_question_needs_no_type_but_takes_no_other(client: FlaskClient) -> None:
    question = json.dumps({"inputs": [tensor("good")]}).encode()
    assert client.post(INFER, data=question).get_json()["outputs"][0]["data"] == ["positive"]
    response = client.post(INFER, data=question, content_type="application/octet-stream")
    assert_problem(response, 415, "unsupported_media_type", names="application/json")


def test_parameters_are_left_alone_and_binary_outputs_are_sent_as_json(client: FlaskClient) -> None:
    outputs = [{"name": "label", "parameters": {"binary_data": True}}]
    question = {"inputs": [tensor("good", parameters={"a": 1})], "outputs": outputs, "parameters": {"b": "c"}}
    assert client.post(INFER, json=question).get_json()["outputs"][0]["data"] == ["positive"]


@pytest.mark.parametrize("content_type", ["application/octet-stream", "application/json"])
def test_binary_tensors_are_refused_in_words(client: FlaskClient, content_type: str) -> None:
    head = json.dumps({"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES"}]}).encode()
    headers = {"Inference-Header-Content-Length": str(len(head))}
    response = client.post(INFER, data=head + b"\4\0\0\0good", content_type=content_type, headers=headers)
    assert_problem(response, 415, "binary_data_unsupported", names="JSON")


@pytest.mark.parametrize("names", [["probability"], ["probability", "label"]])
def test_only_the_outputs_asked_for_are_sent_in_that_order(client: FlaskClient, names: list[str]) -> None:
    question = {"inputs": [tensor("good")], "outputs": [{"name": name} for name in names]}
    response = client.post(INFER, json=question)
    assert [output["name"] for output in response.get_json()["outputs"]] == names


@pytest.mark.parametrize(
    ("question", "code", "names"),
    [
        ([], "request_malformed", "object"),
        ({}, "request_malformed", "`inputs`"),
        ({"inputs": []}, "request_malformed", "$.inputs"),
        ({"inputs": [tensor("good"), tensor("bad")]}, "request_malformed", "$.inputs"),
        ({"inputs": [tensor(1)]}, "request_malformed", "$.inputs[0].data"),
        ({"inputs": [tensor("good", shape=1)]}, "request_malformed", "$.inputs[0].shape"),
        ({"inputs": [tensor("good", shape=[2**70])]}, "shape_mismatch", "`inputs[0].shape`"),
        ({"inputs": [tensor("good", shape=[2])]}, "shape_mismatch", "`inputs[0].shape` must be [1]"),
        ({"inputs": [tensor("good", datatype="FP32")]}, "datatype_unsupported", "`inputs[0].datatype`"),
        ({"inputs": [tensor()]}, "texts_empty", "`inputs[0].data`"),
        ({"inputs": [tensor(*["good"] * 6)]}, "too_many_texts", "`inputs[0].data`"),
        ({"inputs": [tensor("good", " ")]}, "text_empty", "`inputs[0].data[1]`"),
        ({"inputs": [tensor("good")], "outputs": [{"name": "logits"}]}, "output_unknown", "`outputs`"),
    ],
)
def test_a_wrong_question_names_the_field(client: FlaskClient, question: Any, code: str, names: str) -> None:
    assert_problem(client.post(INFER, json=question), 422, code, names=names)


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/ready"), ("POST", "/infer")])
def test_another_model_is_not_found(client: FlaskClient, method: str, path: str) -> None:
    assert_problem(client.open(f"/v2/models/other{path}", method=method), 404, "model_not_found", names="`sentiment`")


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/ready"), ("POST", "/infer")])
def test_another_version_is_not_found(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(f"/v2/models/sentiment/versions/1{path}", method=method)
    assert_problem(response, 404, "version_not_found", names="`tiny-1`")
