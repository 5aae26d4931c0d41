"""`GET /model`: what is answering here, and what is known about it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.answers import answer
from sentiment import Classifier


def model_blueprint(classifier: Classifier) -> Blueprint:
    """The manifest as the model's folder has it; a version never changes, so its name is the entity tag."""
    blueprint = Blueprint("model", __name__)

    @blueprint.get("/model")
    def model() -> Response:
        known = request.if_none_match.contains_weak(classifier.version)
        response = Response(status=304) if known else answer(classifier.manifest)
        response.headers["Cache-Control"] = "no-cache"  # may be kept, but is asked for again each time
        response.set_etag(classifier.version)
        return response

    return blueprint
