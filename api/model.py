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
        response = answer(classifier.manifest)
        response.headers["Cache-Control"] = "no-cache"  # may be kept, but is asked for again each time
        response.set_etag(classifier.version)
        response.make_conditional(request)
        return response

    return blueprint
