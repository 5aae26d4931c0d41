"""What each value means."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kafka.record.default_records import DefaultRecordBatchBuilder

from streaming.brokers.seam import Headers, Record, Reply
from streaming.dead_letters import as_it_came, dead_letter, read_dead_letter
from streaming.messages import Rejection, Review, read_review, result_reply, size

AFTER_THE_YEAR_9999 = 253_402_300_800_000


def record(value: bytes | None, headers: Headers | None = None, timestamp_ms: int = 1_764_000_000_123) -> Record:
    return Record("reviews", 2, 41, b"key", value, headers or [], timestamp_ms)


def review(value: bytes) -> Review:
    read = read_review(record(value), 1000)
    assert isinstance(read, Review), read
    return read


def reason(value: bytes | None) -> str:
    read = read_review(record(value), 1000)
    assert isinstance(read, Rejection), read
    return read.reason


@pytest.mark.parametrize("value", ["A film.", "10/10", '"great"', "null", "[spoilers] good", "3", "\x00", "Amélie 😀"])
def test_text_that_is_no_object_is_the_review_itself(value: str) -> None:
    assert review(value.encode()) == Review("reviews-2-41", value, {"text": value}, review(b"x").source)


def test_the_object_comes_back_byte_for_byte() -> None:
    value = b'{ "z": 1e400, "n":%s, "id": "a", "text": "good",\n"z":0.10, "h":"\\u00e9"}' % (b"9" * 500)
    assert bytes(review(value).body) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('"a1"', "a1"),
        ('"\\u00e9"', "é"),
        ('""', "reviews-2-41"),
        ("42", "42"),
        ("-7", "-7"),
        ("9" * 5000, "9" * 5000),
        ("null", "reviews-2-41"),
        ("1.5", "reviews-2-41"),
        ('["a"]', "reviews-2-41"),
    ],
)
def test_an_id_is_a_string_or_an_integer_of_any_size(field: str, expected: str) -> None:
    assert review(f'{{"text": "good", "id": {field} }}'.encode()).id == expected


def test_a_byte_order_mark_is_not_part_of_the_review() -> None:
    assert review(b"\xef\xbb\xbf" + b'{"text": "good"}').body == msgspec.Raw(b'{"text": "good"}')
    assert review(b"\xef\xbb\xbfgood").text == "good"


@pytest.mark.parametrize("before", [b" ", b"\t", b"\r\n", b"\xef\xbb\xbf\n "])
def test_an_object_may_have_white_space_before_it(before: bytes) -> None:
    read = review(before + b'{"text": "good", "id": "a"}')
    assert (read.id, read.text) == ("a", "good")
    assert reason(before + b"{") == "not_an_object"


def test_of_repeated_fields_the_last_counts() -> None:
    assert review(b'{"text": "bad", "text": "good"}').text == "good"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "tombstone"),
        (b"", "text_empty"),
        (b" \n\t", "text_empty"),
        ("\u2003".encode(), "text_empty"),
        (b'{"text": ""}', "text_empty"),
        (b'{"text": " \\n"}', "text_empty"),
        (b"\xff\xfe", "not_utf8"),
        (b'{"text": "good", "by": "\xe9"}', "not_utf8"),
        (b"{", "not_an_object"),
        (b'{"text": "good"', "not_an_object"),
        (b'{"text": "good"} {"text": "bad"}', "not_an_object"),
        (b"{ text: 'good' }", "not_an_object"),
        (b'{"text": "good", "x": NaN}', "not_an_object"),
        (b'{"text": "half an emoji \\ud83d"}', "not_an_object"),
        (b'{"text": "good", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not_an_object"),
        (b"{}", "text_missing"),
        (b'{"Text": "good"}', "text_missing"),
        (b'{"text": null}', "text_not_a_string"),
        (b'{"text": 5}', "text_not_a_string"),
        (b'{"text": ["good"]}', "text_not_a_string"),
        (b"g" * 1001, "text_too_long"),
    ],
)
def test_what_can_not_be_classified_says_why(value: bytes | None, expected: str) -> None:
    assert reason(value) == expected


@given(st.binary() | st.text().map(str.encode) | st.binary().map(lambda tail: b'{"text": "a", ' + tail))
@example(b'{"text":"\\ud800\\u0041","id":"\\udc00"}')
@example(b'{"id":' + b'{"a":' * 3000 + b"1" + b"}" * 3000 + b',"text":"a"}')
def test_any_bytes_are_a_review_that_is_text_or_a_rejection(value: bytes) -> None:
    read = read_review(record(value), 1000)
    if isinstance(read, Review):
        assert read.text.encode()
        assert read.id.encode()
        json.loads(msgspec.json.encode(read.body))


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.booleans()), st.text(min_size=1))
def test_any_object_with_a_text_is_a_review(fields: dict[str, object], text: str) -> None:
    value = json.dumps(fields | {"text": f"a{text}"}).encode()
    read = review(value)
    assert read.text == f"a{text}"
    assert bytes(read.body) == value  # type: ignore[arg-type]


def test_a_result_is_a_cloud_event_that_keeps_the_headers() -> None:
    theirs: Headers = [
        ("traceparent", b"00-1"),
        ("ce_id", b"theirs"),
        ("ce_subject", b"theirs"),
        ("Content-Type", b"text"),
        ("tracestate", b""),
    ]
    reply = result_reply(record(b"good", theirs), "sentiment", b"{}", "v1")
    assert (reply.topic, reply.key, reply.value) == ("sentiment", b"key", b"{}")
    assert reply.headers == [
        ("traceparent", b"00-1"),
        ("tracestate", b""),
        ("ce_specversion", b"1.0"),
        ("ce_id", b"reviews-2-41@v1"),
        ("ce_source", b"/reviews/2"),
        ("ce_type", b"sentiment.review.classified.v1"),
        ("content-type", b"application/json"),
        ("ce_time", b"2025-11-24T16:00:00.123+00:00"),
    ]


@pytest.mark.parametrize("timestamp_ms", [-1, -(2**63), AFTER_THE_YEAR_9999, 2**63 - 1])
def test_a_timestamp_that_no_date_can_hold_is_left_out(timestamp_ms: int) -> None:
    reply = result_reply(record(b"good", timestamp_ms=timestamp_ms), "sentiment", b"{}", "v1")
    assert "ce_time" not in dict(reply.headers)


@pytest.mark.parametrize(
    ("timestamp_ms", "time"), [(0, b"1970-01-01T00:00:00.000"), (AFTER_THE_YEAR_9999 - 1, b"9999-12-31T23:59:59.999")]
)
def test_the_first_and_the_last_moment_that_a_record_can_tell_are_kept(timestamp_ms: int, time: bytes) -> None:
    reply = result_reply(record(b"good", timestamp_ms=timestamp_ms), "sentiment", b"{}", "v1")
    assert dict(reply.headers)["ce_time"].startswith(time)


def test_a_senders_headers_that_are_named_like_ours_go_through_a_replay() -> None:
    theirs = [("sentiment.reason", b"x"), ("__connect.errors.task.id", b"1"), ("__connect.errors.topic", b"theirs")]
    old = Record("reviews", 2, 41, b"k", b"\xff", [*theirs, ("last", b"")], 0)
    for run in ("one", "two"):
        letter = dead_letter(old, "dlq.reviews", Rejection("not_utf8", "why"))
        read = Record(letter.topic, 0, 0, letter.key, letter.value, letter.headers, 0)
        told = read_dead_letter(read)
        assert (told.origin, told.reason) == ("reviews-2-41", "not_utf8")
        again = as_it_came(read, "reviews", run)
        assert again.headers == [*theirs, ("last", b""), ("sentiment.replay", run.encode())]
        old = msgspec.structs.replace(old, headers=again.headers)


def test_of_a_letter_that_is_not_ours_nothing_is_taken_off() -> None:
    theirs = [("__connect.errors.topic", b"theirs")]
    assert as_it_came(Record("dlq", 0, 0, None, b"", theirs, 0), "reviews", "run").headers[:-1] == theirs


def test_a_dead_letter_keeps_the_record_and_says_where_it_stood_and_why() -> None:
    old = record(b"{", [("ce_id", b"theirs"), ("sentiment.reason", b"of an earlier try")])
    rejection = read_review(old, 1000)
    assert isinstance(rejection, Rejection)
    reply = dead_letter(old, "dlq.reviews", rejection)
    assert (reply.topic, reply.key, reply.value) == ("dlq.reviews", b"key", b"{")
    assert reply.headers[:2] == old.headers
    headers = dict(reply.headers)
    assert len(headers) == len(reply.headers) - 1 == 9
    assert headers["__connect.errors.topic"] == b"reviews"
    assert headers["__connect.errors.partition"] == b"2"
    assert headers["__connect.errors.offset"] == b"41"
    assert headers["__connect.errors.stage"] == b"VALUE_CONVERTER"
    assert headers["__connect.errors.exception.class.name"] == b"streaming.messages.Rejection"
    assert headers["__connect.errors.exception.message"] == rejection.detail.encode()
    assert headers["sentiment.reason"] == b"not_an_object"


@pytest.mark.parametrize("headers", [0, 1, 200])
@pytest.mark.parametrize(("key", "value"), [(b"key" * 100, b"{}" * 100), (None, b"{}"), (b"key", None)])
def test_a_reply_is_never_larger_on_the_wire_than_is_said(key: bytes | None, value: bytes | None, headers: int) -> None:
    reply = Reply("sentiment", key, value, [("é" * 100, b"12" * 100)] * headers)
    batch = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=1, producer_id=1, producer_epoch=1, base_sequence=0, batch_size=1
    )
    batch.append(0, 0, reply.key, reply.value, reply.headers)
    wire = len(batch.build())
    assert wire <= size(reply) <= wire + 61 + 10 * headers
