"""`POST /predict`: a review or many in, results out."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from flask import Blueprint, Response, request
from msgspec import UNSET

from api.problems import RequestError
from api.reviews import Review, parse, read_json
from api.settings import Settings
from sentiment import Classifier, Result
from sentiment.results import result


def predict_blueprint(classifier: Classifier, settings: Settings) -> Blueprint:
    blueprint = Blueprint("predict", __name__)

    @blueprint.post("/predict")
    def predict() -> Response:
        explain = _explain(request.args.get("explain", "false"))
        asked = parse(read_json(request, settings), settings)
        if isinstance(asked, Review):
            return _json(classify(classifier, [asked], explain=explain)[0])
        return _json({"predictions": classify(classifier, asked, explain=explain)})

    return blueprint


def classify(classifier: Classifier, reviews: Sequence[Review], *, explain: bool) -> list[Result]:
    """The result of each review, in their order."""
    predictions = classifier.predict([review.text for review in reviews])
    return [
        result(
            prediction,
            classifier.version,
            review.sent,
            id=review.id,
            because=classifier.because(review.text) if explain else UNSET,
        )
        for review, prediction in zip(reviews, predictions, strict=True)
    ]


def _explain(value: str) -> bool:
    if value not in ("true", "false"):
        raise RequestError(422, "explain_malformed", "the query parameter `explain` must be true or false")
    return value == "true"


def _json(value: Result | dict[str, list[Result]]) -> Response:
    return Response(msgspec.json.encode(value), mimetype="application/json")
