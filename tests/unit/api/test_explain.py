"""`POST /explain`: the answer of `/predict`, taken apart so that its parts add up to it."""

from __future__ import annotations

import functools
import itertools
import operator
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.tiny import WEIGHTS, bucket_of
from tests.unit.api.problems import assert_problem

TEXT = "Not bad, not BAD at all<br />but boring"


def explain(client: FlaskClient, text: str) -> dict[str, Any]:
    response = client.post("/explain", json={"id": 7, "text": text})
    assert response.status_code == 200
    answer: dict[str, Any] = response.get_json()
    return answer


def test_it_gives_the_answer_of_predict(client: FlaskClient) -> None:
    predicted = client.post("/predict", json={"id": 7, "text": TEXT}).get_json()
    assert predicted.items() <= explain(client, TEXT).items()


def test_weights_added_in_order_and_the_intercept_are_the_margin(client: FlaskClient) -> None:
    answer = explain(client, TEXT)
    added = functools.reduce(operator.add, (term["weight"] for term in answer["terms"]), 0.0)  # sum() compensates
    assert added + answer["intercept"] == answer["margin"]


def test_spans_are_where_the_terms_stand_in_the_cleaned_text(client: FlaskClient) -> None:
    answer = explain(client, TEXT)
    stands = {term["term"]: [answer["cleaned"][a:b] for a, b in term["spans"]] for term in answer["terms"]}
    assert stands["not bad"] == ["Not bad", "not BAD"]
    assert stands["boring"] == ["boring"]
    assert all(term["known"] for term in answer["terms"])


def test_a_term_that_only_shares_the_bucket_of_one_that_was_learned_is_not_known(client: FlaskClient) -> None:
    learned = {bucket_of(term) for term in WEIGHTS}
    stranger = next(word for word in map("word{}".format, itertools.count()) if bucket_of(word) in learned)
    assert [(term["term"], term["known"]) for term in explain(client, stranger)["terms"]] == [(stranger, False)]


@pytest.mark.parametrize(("text", "unseen"), [("zzz", 1.0), ("great", 0.0)])
def test_unseen_is_the_share_of_terms_without_a_weight(client: FlaskClient, text: str, unseen: float) -> None:
    assert explain(client, text)["unseen"] == unseen


def test_several_texts_are_refused(client: FlaskClient) -> None:
    assert_problem(client.post("/explain", json={"texts": ["a", "b"]}), 422, "texts_not_explained")
