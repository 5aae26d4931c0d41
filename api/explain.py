"""`POST /explain`: a review in; out its result, with every term that has a weight, where it stands and what it adds."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, request

from api.answers import answer
from api.bodies import read_json_or_form
from api.metrics import Metrics
from api.problems import RequestError
from api.reviews import Review, parse
from api.settings import Settings
from api.turns import Turns
from sentiment import Classifier
from sentiment.predictions import Predictions
from sentiment.results import Explained, ExplainedTerm, result


def explain_blueprint(classifier: Classifier, settings: Settings, metrics: Metrics, turns: Turns) -> Blueprint:
    blueprint = Blueprint("explain", __name__)

    @blueprint.post("/explain")
    def explain() -> Response:
        return turns.take(read_json_or_form(request, settings.max_body_bytes), explained)

    def explained(body: bytes) -> Response:
        asked = parse(body, settings)
        if not isinstance(asked, Review):
            raise RequestError(422, "texts_not_explained", "send one `text`: `texts` can't be explained together")
        predictions = classifier.predict([asked.text])
        metrics.answers.count(predictions)
        return answer(_explained(classifier, asked, predictions))

    return blueprint


def _explained(classifier: Classifier, review: Review, predictions: Predictions) -> Explained:
    """The answer that `/predict` gives, and all that led to it."""
    explanation = classifier.explain(review.text)
    given = result(predictions[0], classifier.version, review.sent, id=review.id)
    return Explained(
        **msgspec.structs.asdict(given),
        cleaned=explanation.text,
        margin=explanation.margin,
        intercept=explanation.intercept,
        unseen=predictions.unseen[0],
        terms=tuple(
            ExplainedTerm(term.text, term.weight, term.spans, term.text in term.learned_as)
            for term in explanation.terms
        ),
    )
