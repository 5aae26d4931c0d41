"""`POST /explain`: a review in; out its result, with every term that has a weight, where it stands and what it adds."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, request

from api.problems import RequestError
from api.reviews import Review, parse, read_json
from api.settings import Settings
from sentiment import Classifier
from sentiment.results import Explained, ExplainedTerm, result


def explain_blueprint(classifier: Classifier, settings: Settings) -> Blueprint:
    blueprint = Blueprint("explain", __name__)

    @blueprint.post("/explain")
    def explain() -> Response:
        asked = parse(read_json(request, settings), settings)
        if not isinstance(asked, Review):
            raise RequestError(422, "texts_not_explained", "send one `text`: `texts` can't be explained together")
        return Response(msgspec.json.encode(explained(classifier, asked)), mimetype="application/json")

    return blueprint


def explained(classifier: Classifier, review: Review) -> Explained:
    """The answer that `/predict` gives, and all that led to it."""
    answers, explanation = classifier.predict([review.text]), classifier.explain(review.text)
    answer = result(answers[0], classifier.version, review.sent, id=review.id)
    return Explained(
        **msgspec.structs.asdict(answer),
        cleaned=explanation.text,
        margin=explanation.margin,
        intercept=explanation.intercept,
        unseen=float(answers.unseen[0]),
        terms=tuple(
            ExplainedTerm(term.text, term.weight, term.spans, term.text in term.learned_as)
            for term in explanation.terms
        ),
    )
