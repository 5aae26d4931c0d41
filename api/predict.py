"""`POST /predict`: a review or many in, results out."""

from __future__ import annotations

import functools

from flask import Blueprint, Response, request
from msgspec import UNSET

from api.answers import answer
from api.bodies import read_json_or_form
from api.metrics import Metrics
from api.problems import RequestError
from api.reviews import Review, parse
from api.settings import Settings
from api.turns import Turns
from sentiment import Classifier
from sentiment.results import result


def predict_blueprint(classifier: Classifier, settings: Settings, metrics: Metrics, turns: Turns) -> Blueprint:
    blueprint = Blueprint("predict", __name__)

    @blueprint.post("/predict")
    def predict() -> Response:
        work = functools.partial(answered, explain=_explain())
        return turns.take(read_json_or_form(request, settings.max_body_bytes), work)

    def answered(body: bytes, *, explain: bool) -> Response:
        asked = parse(body, settings)
        reviews = [asked] if isinstance(asked, Review) else asked
        predictions = classifier.predict([review.text for review in reviews])
        metrics.answers.count(predictions)
        results = [
            result(
                prediction,
                classifier.version,
                review.sent,
                id=review.id,
                because=classifier.because(review.text) if explain else UNSET,
            )
            for review, prediction in zip(reviews, predictions, strict=True)
        ]
        return answer(results[0] if isinstance(asked, Review) else {"predictions": results})

    return blueprint


def _explain() -> bool:
    value = request.args.get("explain", "false") if request.query_string else "false"
    if value not in ("true", "false"):
        raise RequestError(422, "explain_malformed", "the query parameter `explain` must be true or false")
    return value == "true"
