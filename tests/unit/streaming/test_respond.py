"""One reply for every record."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sentiment import Classifier
from streaming.brokers.seam import Record, Reply
from streaming.messages import size
from streaming.respond import respond
from streaming.settings import Limits, StreamSettings

SETTINGS = StreamSettings()


def records(*values: bytes | None) -> list[Record]:
    return [Record("reviews", 0, offset, None, value, [], 0) for offset, value in enumerate(values)]


def replies_to(records: list[Record], classifier: Classifier, settings: StreamSettings = SETTINGS) -> list[Reply]:
    return respond(records, classifier, settings).replies


def result_of(reply: Reply) -> dict[str, Any]:
    assert reply.topic == "sentiment"
    decoded: dict[str, Any] = json.loads(reply.value or b"")
    return decoded


def test_a_result_has_all_that_the_contract_says(classifier: Classifier) -> None:
    (reply,) = replies_to(records(b'{"id": 42, "film": "Am\xc3\xa9lie", "text": "a good film"}'), classifier)
    prediction = classifier.predict(["a good film"])[0]
    assert result_of(reply) == {
        "id": "42",
        "label": "positive",
        "sentiment": 1,
        "probability": prediction.probability,
        "confidence": prediction.confidence,
        "needs_review": prediction.needs_review,
        "model_version": "tiny-1",
        "review": {"id": 42, "film": "Amélie", "text": "a good film"},
        "source": {"topic": "reviews", "partition": 0, "offset": 0},
    }


def test_a_rejected_review_does_not_stop_the_batch_and_replies_keep_its_order(classifier: Classifier) -> None:
    replies = replies_to(records(b"good", None, b"bad", b"{", b"great"), classifier)
    assert [reply.topic for reply in replies] == ["sentiment", "dlq.reviews", "sentiment", "dlq.reviews", "sentiment"]
    assert [result_of(reply)["label"] for reply in replies[::2]] == ["positive", "negative", "positive"]
    assert [result_of(reply)["source"]["offset"] for reply in replies[::2]] == [0, 2, 4]


def test_a_batch_without_a_review_is_answered_too(classifier: Classifier) -> None:
    assert [reply.topic for reply in replies_to(records(None, b"{"), classifier)] == ["dlq.reviews"] * 2
    assert replies_to([], classifier) == []


def test_with_explain_a_result_lists_the_strongest_terms(classifier: Classifier) -> None:
    (reply,) = replies_to(records(b"wonderful, not bad"), classifier, replace(SETTINGS, explain=True))
    assert [because["term"] for because in result_of(reply)["because"]][:2] == ["not bad", "wonderful"]


def test_a_result_that_is_too_large_is_a_dead_letter(classifier: Classifier) -> None:
    value = b'{"text": "good", "padding": "' + b"x" * 900 + b'"}'
    fits = size(*replies_to(records(value), classifier))
    settings = [replace(SETTINGS, limits=Limits(result_bytes=most)) for most in (fits, fits - 1)]
    result, reply = (each for limited in settings for each in replies_to(records(value), classifier, limited))
    assert (result.topic, size(result)) == ("sentiment", fits)
    assert (reply.topic, reply.value) == ("dlq.reviews", value)
    assert dict(reply.headers)["sentiment.reason"] == b"result_too_large"
    assert dict(reply.headers)["__connect.errors.stage"] == b"KAFKA_PRODUCE"


def test_of_a_record_that_no_dead_letter_can_hold_its_place_is_kept(classifier: Classifier) -> None:
    settings = replace(SETTINGS, limits=Limits(result_bytes=1000))
    limit = settings.limits.sent_bytes
    said = size(*replies_to(records(b"\xff"), classifier, settings)) - 1  # all of a dead letter but its record
    (reply,) = replies_to(records(b"\xff" * (limit - said)), classifier, settings)
    assert (len(reply.value or b""), size(reply)) == (limit - said, limit)
    for value in (b"\xff" * limit, b'{"text": "good", "padding": "' + b"x" * limit + b'"}', b"\xff" * (limit - 900)):
        (record,) = records(value)
        theirs = msgspec.structs.replace(record, key=b"theirs", headers=[("theirs", b"x" * 600)])
        answers = respond([theirs], classifier, settings)
        (reply,), (rejection,) = answers.replies, answers.rejections
        headers = dict(reply.headers)
        assert size(reply) <= limit
        assert rejection.reason == "record_too_large"
        assert (reply.topic, reply.key, reply.value) == ("dlq.reviews", None, None)
        assert (headers["sentiment.reason"], headers["__connect.errors.offset"]) == (b"record_too_large", b"0")
        assert "theirs" not in headers


def test_a_value_that_is_larger_than_anything_sent_is_not_decoded(classifier: Classifier) -> None:
    settings = replace(SETTINGS, limits=Limits(result_bytes=1000))
    (rejection,) = respond(records(b"\xff" * 2001), classifier, settings).rejections
    assert (rejection.reason, rejection.detail) == ("record_too_large", "the value has 2001 bytes: the most is 2000")
    (rejection,) = respond(records(b"\xff" * 2000), classifier, settings).rejections
    assert rejection.detail.startswith("not_utf8")


def test_a_text_that_is_longer_than_is_set_is_a_dead_letter(classifier: Classifier) -> None:
    settings = replace(SETTINGS, limits=Limits(text_characters=4))
    answers = respond(records(b"good", b"great"), classifier, settings)
    assert [reply.topic for reply in answers.replies] == ["sentiment", "dlq.reviews"]
    assert answers.rejections[0].reason == "text_too_long"


@given(values=st.lists(st.none() | st.binary() | st.text().map(str.encode), max_size=20))
def test_every_record_has_exactly_one_reply(classifier: Classifier, values: list[bytes | None]) -> None:
    replies = replies_to(records(*values), classifier)
    assert len(replies) == len(values)
    for offset, (value, reply) in enumerate(zip(values, replies, strict=True)):
        if reply.topic == "sentiment":
            assert result_of(reply)["source"]["offset"] == offset
        else:
            assert (reply.topic, reply.value) == ("dlq.reviews", value)
            assert dict(reply.headers)["__connect.errors.offset"] == str(offset).encode()


def test_the_reasons_of_all_dead_letters_are_told(classifier: Classifier) -> None:
    limits = Limits(result_bytes=1000)
    values = [b"good", None, b'{"text": "good", "padding": "' + b"x" * 900 + b'"}']
    answers = respond(records(*values), classifier, replace(SETTINGS, limits=limits))
    assert [rejection.reason for rejection in answers.rejections] == ["tombstone", "result_too_large"]
    assert len(answers.predictions) == 2
