"""`POST /feedback`: the true label of an earlier review, kept to be learned from later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeAlias

import msgspec
from flask import Blueprint, Response, current_app, request
from msgspec import Meta, Struct

from api.answers import answer
from api.bodies import decode, read_json
from api.problems import RequestError
from api.settings import Settings
from sentiment.errors import ServiceError
from sentiment.reviews import MOST_ID_CHARACTERS

# Keeps a record of this key and value and returns once it is safe; ServiceError if it is not in time.
Publish: TypeAlias = Callable[[bytes, bytes], None]


class Feedback(Struct, frozen=True):
    """What a person says of an earlier review. Other fields are ignored."""

    id: Annotated[str, Meta(min_length=1, max_length=MOST_ID_CHARACTERS)] | int
    # Not an enum, whose error would quote what was sent; `$` alone would let a line feed through.
    label: Annotated[str, Meta(pattern="^(positive|negative)$", max_length=8)]


_FEEDBACK = msgspec.json.Decoder(Feedback)


def feedback_blueprint(publish: Publish | None, settings: Settings) -> Blueprint:
    """Without `publish` there is nowhere to keep feedback, and that is the answer."""
    blueprint = Blueprint("feedback", __name__)

    @blueprint.post("/feedback")
    def feedback() -> Response:
        given = decode(_FEEDBACK, read_json(request, settings.max_body_bytes), "feedback_malformed", "not a feedback")
        review = str(given.id)
        if len(review) > MOST_ID_CHARACTERS:  # digits of an integer, which the decoder does not count
            raise RequestError(422, "feedback_malformed", f"`id` may have at most {MOST_ID_CHARACTERS} characters")
        if publish is None:
            raise RequestError(503, "feedback_not_configured", "this server has no broker to keep feedback on")
        told = Feedback(review, given.label)
        _keep(publish, review, told)
        return answer(told, 202)

    return blueprint


def _keep(publish: Publish, review: str, feedback: Feedback) -> None:
    try:
        publish(review.encode(), msgspec.json.encode(feedback))
    except ServiceError as error:
        current_app.logger.warning("feedback may not have been kept: %s", error)
        detail = "the feedback may not have been kept: the broker did not acknowledge it; send it again later"
        raise RequestError(503, "feedback_unavailable", detail, {"Retry-After": "5"}) from error
