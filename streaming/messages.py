"""What a record's value means, and how a result looks on the wire: pure, and total over all bytes.

A value that starts with `{` (after white space and a byte order mark) is meant as a JSON object and must be one;
any other UTF-8 value is the text of a review, `10/10` and `"great"` with its quotes included.
docs/decisions/0010 says why.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from sentiment.results import Source
from sentiment.reviews import problem_of
from streaming.brokers.seam import Headers, Record, Reply

Reason: TypeAlias = Literal[
    "not_utf8",
    "not_an_object",
    "text_missing",
    "text_not_a_string",
    "text_empty",
    "text_too_long",
    "tombstone",
    "result_too_large",
    "record_too_large",
]
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WHITE_SPACE = b" \t\r\n"
CLOUD_EVENT_TYPE = b"sentiment.review.classified.v1"
BATCH_BYTES, HEADER_BYTES = 100, 10  # 61 before the records and up to 36 in one; two lengths of up to 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_MILLISECOND = 253_402_300_799_999  # of the year 9999, the last that RFC 3339 can write


class Review(Struct, frozen=True, gc=False):
    """A review to classify. `body` is what comes back in the result: the producer's own object, byte for byte."""

    id: str
    text: str
    body: Raw | dict[str, Any]
    source: Source


class Rejection(NamedTuple):
    """Why a record has no result: a value, not an exception, for the record is answered all the same."""

    reason: Reason
    detail: str


class _Object(msgspec.Struct):
    """The two fields that are ours. The id stays raw: it may be an integer of any size."""

    text: str | UnsetType = UNSET
    id: Raw | UnsetType = UNSET


_objects = msgspec.json.Decoder(_Object)
_strings = msgspec.json.Decoder(str)


def read_review(record: Record, most_characters: int) -> Review | Rejection:
    """The review that a record holds, or why it holds none. Never raises, whatever the bytes."""
    if record.value is None:
        return Rejection("tombstone", "the record has no value")
    value = record.value.removeprefix(BYTE_ORDER_MARK)
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        return Rejection("not_utf8", str(error))
    source = Source(record.topic, record.partition, record.offset)
    if value.lstrip(WHITE_SPACE).startswith(b"{"):
        review = _read_object(value, source)
    else:
        review = Review(position(source), text, {"text": text}, source)
    return review if isinstance(review, Rejection) else _check_text(review, most_characters)


def _read_object(value: bytes, source: Source) -> Review | Rejection:
    try:
        read = _objects.decode(value)
    except msgspec.ValidationError as error:
        return Rejection("text_not_a_string", str(error))
    except (msgspec.DecodeError, RecursionError) as error:
        return Rejection("not_an_object", str(error))
    if read.text is UNSET:
        return Rejection("text_missing", "the object has no field `text`")
    return Review(_read_id(read.id) or position(source), read.text, Raw(value), source)


def _read_id(raw: Raw | UnsetType) -> str | None:
    """A string, or an integer's own digits; anything else names nothing and only comes back in the review."""
    if raw is UNSET:
        return None
    data = bytes(raw)
    if data.startswith(b'"'):
        return _strings.decode(data)
    return data.decode() if data.removeprefix(b"-").isdigit() else None


def _check_text(review: Review, most_characters: int) -> Review | Rejection:
    if problem := problem_of(review.text, most_characters):
        return Rejection(problem.reason, f"the text {problem.detail}")
    return review


def result_reply(record: Record, topic: str, value: bytes, model_version: str) -> Reply:
    """A result in CloudEvents binary mode. Its id depends on the source and the model alone, so repeats can be told."""
    ours: Headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", f"{position(record)}@{model_version}".encode()),
        ("ce_source", f"/{record.topic}/{record.partition}".encode()),
        ("ce_type", CLOUD_EVENT_TYPE),
        ("content-type", b"application/json"),
    ]
    if time := time_of(record.timestamp_ms):
        ours.append(("ce_time", time.encode()))
    theirs = [h for h in record.headers if not h[0].startswith("ce_") and h[0].lower() != "content-type"]
    return Reply(topic, record.key, value, theirs + ours)


@lru_cache(1024)  # at high rates many records share a millisecond
def time_of(milliseconds: int) -> str | None:
    """A record's time by RFC 3339; None where it has none, or one that no date can hold."""
    if not 0 <= milliseconds <= LAST_MILLISECOND:
        return None
    return (EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")


def size(reply: Reply) -> int:
    """The bytes of key, value and headers, and the most that Kafka adds to them in a batch of one record."""
    headers = sum([HEADER_BYTES + len(name.encode()) + len(value) for name, value in reply.headers])
    return BATCH_BYTES + len(reply.key or b"") + len(reply.value or b"") + headers


def position(source: Source | Record) -> str:
    """topic-partition-offset"""
    return f"{source.topic}-{source.partition}-{source.offset}"
