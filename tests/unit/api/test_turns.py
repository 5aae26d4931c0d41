"""Large requests are answered one at a time, so that they need no more memory together than one."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest
from flask.testing import FlaskClient

from api.turns import SMALL, Turns

LARGE = b"x" * (SMALL + 1)


def test_large_bodies_take_turns() -> None:
    turns, busy, order = Turns(), Lock(), list[int]()

    def work(number: int, _: bytes) -> int:
        assert busy.acquire(blocking=False)
        time.sleep(0.001)
        order.append(number)
        busy.release()
        return number

    with ThreadPoolExecutor(16) as threads:
        answers = threads.map(lambda number: turns.take(LARGE, lambda body: work(number, body)), range(200))
        assert [*answers] == [*range(200)]
    assert sorted(order) == [*range(200)]


def test_small_bodies_do_not_wait_for_each_other() -> None:
    turns, together = Turns(), Barrier(4, timeout=10)
    with ThreadPoolExecutor(4) as threads:
        assert [*threads.map(lambda body: turns.take(body, lambda _: together.wait() < 4), [LARGE[1:]] * 4)] == [
            True
        ] * 4


@pytest.mark.parametrize("path", ["/predict", "/predict?explain=true", "/explain"])
def test_a_large_request_is_answered_and_refused_as_a_small_one_is(client: FlaskClient, path: str) -> None:
    padding = "x" * SMALL
    large = client.post(path, json={"text": "good film", "note": padding})
    assert large.status_code == 200
    assert large.json.pop("review") == {"text": "good film", "note": padding}
    small = client.post(path, json={"text": "good film"}).json
    assert {**large.json, "review": None} == {**small, "review": None}
    refused = client.post(path, json={"text": 7, "note": padding})
    assert (refused.status_code, refused.json["code"]) == (422, "text_not_a_string")


def test_a_large_question_to_infer_is_answered_and_refused(client: FlaskClient) -> None:
    tensor = {"name": "text", "shape": [1], "datatype": "BYTES", "data": ["good film"], "note": "x" * SMALL}
    assert client.post("/v2/models/sentiment/infer", json={"inputs": [tensor]}).status_code == 200
    refused = client.post("/v2/models/sentiment/infer", json={"inputs": [tensor | {"datatype": "FP32"}]})
    assert (refused.status_code, refused.json["code"]) == (422, "datatype_unsupported")
