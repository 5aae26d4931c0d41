"""`POST /predict` when all is well."""

from __future__ import annotations

import msgspec
import pytest
from flask.testing import FlaskClient
from werkzeug.test import encode_multipart

from api.app import create_app
from api.settings import Settings
from sentiment import Classifier, Result
from tests.unit.api.problems import assert_problem


def test_a_review_is_answered_with_one_result(client: FlaskClient, classifier: Classifier) -> None:
    response = client.post("/predict", json={"text": "a wonderful film"})
    expected = classifier.predict(["a wonderful film"])[0]
    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.json == {
        "label": "positive",
        "sentiment": 1,
        "probability": expected.probability,
        "confidence": expected.confidence,
        "needs_review": expected.needs_review,
        "model_version": "tiny-1",
        "review": {"text": "a wonderful film"},
    }


def test_the_wire_is_the_one_result_of_all_doors(client: FlaskClient) -> None:
    response = client.post("/predict", json={"text": "awful, boring, nul", "id": "7"})
    result = msgspec.json.decode(response.data, type=Result)
    assert (result.id, result.label, result.source, result.because) == ("7", "negative", msgspec.UNSET, msgspec.UNSET)


def test_the_review_comes_back_byte_for_byte(client: FlaskClient) -> None:
    sent = b'{ "film":"Am\\u00e9lie", "n":1e999, "big":123456789012345678901234567890, "text" : "magnifique", "n":[] }'
    response = client.post("/predict", data=sent, content_type="application/json")
    assert b'"review":' + sent in response.data


def test_many_texts_get_the_results_that_each_gets_alone(client: FlaskClient) -> None:
    texts = ["a great film", " a boring film\n", "10/10"]
    alone = [client.post("/predict", json={"text": text}).json for text in texts]
    assert client.post("/predict", json={"texts": texts}).json == {"predictions": alone}


@pytest.mark.parametrize(("sent", "received"), [("a-1", "a-1"), (42, "42"), (-1, "-1"), (2**80, str(2**80)), ("", "")])
def test_an_id_comes_back_as_a_string(client: FlaskClient, sent: str | int, received: str) -> None:
    response = client.post("/predict", json={"id": sent, "text": "good"})
    assert response.get_json()["id"] == received


def test_explain_adds_the_terms_that_weigh_most(client: FlaskClient, classifier: Classifier) -> None:
    response = client.post("/predict?explain=true", json={"text": "not bad, good!"})
    because = msgspec.json.decode(response.data, type=Result).because
    assert because == classifier.because("not bad, good!")
    assert because[0].term == "not bad"


def test_explain_explains_each_of_many(client: FlaskClient) -> None:
    response = client.post("/predict?explain=true", json={"texts": ["good", "bad"]})
    terms = [prediction["because"][0]["term"] for prediction in response.get_json()["predictions"]]
    assert terms == ["good", "bad"]


def test_explain_false_adds_nothing(client: FlaskClient) -> None:
    assert "because" not in client.post("/predict?explain=false", json={"text": "good"}).get_json()


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_is_a_review_too(client: FlaskClient, content_type: str) -> None:
    fields = {"text": "un film magnifique & drôle", "id": "7", "film": "Amélie", "stars": ""}
    response = client.post("/predict", data=fields, content_type=content_type)
    answer = response.get_json()
    assert (answer["label"], answer["id"], answer["review"]) == ("positive", "7", fields)


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_of_a_field_that_a_form_has_twice_the_first_counts(client: FlaskClient, content_type: str) -> None:
    response = client.post("/predict", data={"text": ["good", "bad"]}, content_type=content_type)
    assert response.get_json()["review"] == {"text": "good"}


def test_a_form_is_bounded_by_its_body_alone(classifier: Classifier) -> None:
    client = create_app(classifier, Settings(max_characters=700_000)).test_client()
    fields = {"text": "good " * 120_000}
    boundary, parts = encode_multipart(fields)
    assert (
        client.post("/predict", data=parts, content_type=f"multipart/form-data; boundary={boundary}").status_code == 200
    )
    assert client.post("/predict", data=fields).status_code == 200


@pytest.mark.parametrize(
    ("content_type", "sent"),
    [
        ("application/x-www-form-urlencoded", b"text=caf%e9"),
        ("application/x-www-form-urlencoded", b"text=caf\xe9"),
        ("application/x-www-form-urlencoded; charset=latin-1", b"text=caf%e9"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\ncaf\xe9\r\n--x--\r\n',
        ),
    ],
)
def test_a_form_of_other_bytes_than_utf_8_is_refused(client: FlaskClient, content_type: str, sent: bytes) -> None:
    assert_problem(client.post("/predict", data=sent, content_type=content_type), 400, "not_utf8")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON;charset=latin-1"])
def test_json_is_utf_8_whatever_charset_is_said(client: FlaskClient, content_type: str) -> None:
    response = client.post("/predict", data='{"text":"drôle"}'.encode(), content_type=content_type)
    assert response.get_json()["review"] == {"text": "drôle"}


@pytest.mark.parametrize(
    "sent",
    [
        b'\xef\xbb\xbf{"text": "good"}',  # a byte order mark, as some editors and shells add
        b'{"text": "bad", "text": "good"}',  # the last of two counts, as in most parsers
        b'{"text": "good \\u0000 film"}',
        b'{"text": "good \\ud83d\\ude00"}',
    ],
)
def test_odd_but_valid_json_is_answered(client: FlaskClient, sent: bytes) -> None:
    response = client.post("/predict", data=sent, content_type="application/json")
    assert (response.status_code, response.get_json()["label"]) == (200, "positive")


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("content_type", "sent"),
    [
        ("application/json", b'{"text": "good"}'.ljust(20_000)),
        (FORM, b"text=good&film=".ljust(20_000, b"x")),
        (FORM, b"text=good" + b"&a=b" * 999),
        ("application/json", b'{"text": "%s"}' % b"good".ljust(2_000, b"!")),
        ("application/json", b'{"texts": ["good", "good", "good", "good", "good"]}'),
    ],
    ids=["body", "form", "fields", "characters", "texts"],
)
def test_what_is_as_large_as_a_limit_is_answered(client: FlaskClient, content_type: str, sent: bytes) -> None:
    assert client.post("/predict", data=sent, content_type=content_type).status_code == 200


def test_predictions_are_not_kept_by_caches(client: FlaskClient) -> None:
    response = client.post("/predict", json={"text": "good"})
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
