"""The Flask app: a model and settings are given to it, and nothing is read at import."""

from __future__ import annotations

from flask import Flask, Response

from api import problems
from api.explain import explain_blueprint
from api.health import health_blueprint
from api.model import model_blueprint
from api.predict import predict_blueprint
from api.settings import Settings
from sentiment import Classifier


def create_app(classifier: Classifier, settings: Settings) -> Flask:
    """An app that answers with this model and no other, for as long as it lives."""
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # //predict is unknown, not a redirect to wherever the Host header says
    problems.register(app)
    app.register_blueprint(predict_blueprint(classifier, settings))
    app.register_blueprint(explain_blueprint(classifier, settings))
    app.register_blueprint(model_blueprint(classifier))
    app.register_blueprint(health_blueprint(classifier))
    app.after_request(_guard)
    return app


def _guard(response: Response) -> Response:
    """Nothing is kept by caches unless its view says so, and nothing is taken for another type than it has."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
