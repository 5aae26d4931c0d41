"""`POST /explain`: one review in, its result out with every term that has a weight, where it stands and what it adds."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, request
from msgspec import Struct

from api.problems import RequestError
from api.reviews import Review, parse, read_json
from api.settings import Settings
from sentiment import Classifier, Result
from sentiment.explanation import Spans
from sentiment.explanation import Term as ExplainedTerm
from sentiment.results import result


class Term(Struct, frozen=True):
    """`spans` are (start, end) in characters of `cleaned`; `known` is false where training never saw the term itself
    and it only shares the bucket, and so the weight, of one that it saw.
    """

    term: str
    weight: float
    spans: Spans
    known: bool


class Explained(Result, frozen=True, kw_only=True):
    """The result; the weights of `terms`, added in their order, and then `intercept` give `margin` (log-odds).

    `unseen` is the share of the text's distinct terms that have no weight.
    """

    cleaned: str
    margin: float
    intercept: float
    unseen: float
    terms: tuple[Term, ...]


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
        terms=tuple(map(_term, explanation.terms)),
    )


def _term(term: ExplainedTerm) -> Term:
    return Term(term.text, term.weight, term.spans, term.text in term.learned_as)
