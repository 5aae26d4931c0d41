"""`GET /health/live` and `/health/ready`, for whoever restarts this process or sends requests to it.

A model that does not verify does not load, and without one the server refuses to start: the deploy fails, not
request number one. So an app that can answer at all is ready, and one that is not refuses the connection.
"""

from __future__ import annotations

from flask import Blueprint, Response

from api.answers import answer
from sentiment import Classifier


def health_blueprint(classifier: Classifier) -> Blueprint:
    blueprint = Blueprint("health", __name__, url_prefix="/health")

    @blueprint.get("/live")
    def live() -> Response:
        return answer({"status": "live"})

    @blueprint.get("/ready")
    def ready() -> Response:
        return answer({"status": "ready", "model_version": classifier.version})

    return blueprint
