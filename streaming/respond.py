"""Decide: one reply for every record, in their order, with one call of the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from sentiment import Classifier, Prediction
from sentiment.predictions import Predictions
from sentiment.results import result
from streaming.brokers.seam import Record, Reply
from streaming.dead_letters import TOO_LARGE, dead_letter
from streaming.messages import Rejection, Review, read_review, result_reply, size
from streaming.settings import Limits, StreamSettings

_encoder = msgspec.json.Encoder()


class Answers(NamedTuple):
    """The replies to some records, the predictions for those that are reviews, and why the rejected are none."""

    replies: list[Reply]
    predictions: Predictions
    rejections: list[Rejection]


def respond(records: Sequence[Record], classifier: Classifier, settings: StreamSettings) -> Answers:
    """A result or a dead letter for each record. Pure: nothing is read, sent or remembered."""
    read = [_read(record, settings.limits) for record in records]
    explained = classifier if settings.explain else None
    predictions = classifier.predict([review.text for review in read if isinstance(review, Review)])
    each, rejections, replies = iter(predictions), [], []
    for record, review in zip(records, read, strict=True):
        rejection: Rejection | None
        if isinstance(review, Review):
            value = _value(review, next(each), classifier.version, explained)
            reply = result_reply(record, settings.topics.results, value, classifier.version)
            rejection = _too_large(reply, settings.limits.result_bytes)
        else:
            rejection = review
        if rejection:
            rejection, reply = _rejected(record, rejection, settings)
            rejections.append(rejection)
        replies.append(reply)
    return Answers(replies, predictions, rejections)


def _read(record: Record, limits: Limits) -> Review | Rejection:
    """What is larger than anything that is sent is not decoded: that takes several times its size."""
    if (bytes_ := len(record.value or b"")) > limits.sent_bytes:
        return Rejection(TOO_LARGE, f"the value has {bytes_} bytes: the most is {limits.sent_bytes}")
    return read_review(record, limits.text_characters)


def _value(review: Review, prediction: Prediction, version: str, explained: Classifier | None) -> bytes:
    answer = result(
        prediction,
        version,
        review.body,
        id=review.id,
        source=review.source,
        because=explained.because(review.text) if explained else UNSET,
    )
    return _encoder.encode(answer)


def _rejected(record: Record, rejection: Rejection, settings: StreamSettings) -> tuple[Rejection, Reply]:
    """The dead letter, and its reason, which is another one where the record is too large even for that."""
    topic, most = settings.topics.dead_letters, settings.limits.sent_bytes
    reply = dead_letter(record, topic, rejection)
    if (bytes_ := size(reply)) <= most:
        return rejection, reply
    detail = f"{rejection.reason}, and the dead letter would have {bytes_} bytes: the most is {most}"
    rejection = Rejection(TOO_LARGE, detail)
    return rejection, dead_letter(record, topic, rejection)


def _too_large(reply: Reply, most_bytes: int) -> Rejection | None:
    if (bytes_ := size(reply)) <= most_bytes:
        return None
    return Rejection("result_too_large", f"the result has {bytes_} bytes, the most is {most_bytes}")
