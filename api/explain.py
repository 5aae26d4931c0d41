"""`POST /explain`: a review in; out its result, with every term that has a weight, where it stands and what it adds."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.answers import answer
from api.bodies import read_json_or_form
from api.metrics import Metrics
from api.problems import RequestError
from api.reviews import Review, parse
from api.settings import Settings
from api.turns import Turns
from sentiment import Classifier
from sentiment.explanation import explained
from sentiment.results import result


def explain_blueprint(classifier: Classifier, settings: Settings, metrics: Metrics, turns: Turns) -> Blueprint:
    blueprint = Blueprint("explain", __name__)

    @blueprint.post("/explain")
    def explain() -> Response:
        return turns.take(read_json_or_form(request, settings.max_body_bytes), answered)

    def answered(body: bytes) -> Response:
        asked = parse(body, settings)
        if not isinstance(asked, Review):
            raise RequestError(422, "texts_not_explained", "send one `text`: `texts` can't be explained together")
        predictions = classifier.predict([asked.text])
        metrics.answers.count(predictions)
        given = result(predictions[0], classifier.version, asked.sent, id=asked.id)
        return answer(explained(given, classifier.explain(asked.text), predictions.unseen[0]))

    return blueprint
