"""The Flask app: a model, settings and a place for feedback are given to it, and nothing is read at import."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from flask import Flask, Request, Response, request
from werkzeug.routing import MapAdapter

from api import keys, problems
from api.explain import explain_blueprint
from api.feedback import Publish, feedback_blueprint
from api.health import health_blueprint
from api.inference import inference_blueprint
from api.metrics import Metrics, metrics_blueprint
from api.model import model_blueprint
from api.openapi import openapi_blueprint
from api.predict import predict_blueprint
from api.settings import Settings
from api.turns import Turns
from sentiment import Classifier


class App(Flask):
    """Flask, which counts each request by the template of its route: a path that is made up is no label of its own."""

    def __init__(self, counted: Metrics) -> None:
        super().__init__("api", static_folder=None)
        self.url_map.merge_slashes = False  # //predict is unknown, not a redirect to wherever the Host header says
        self._counted = counted

    def full_dispatch_request(self) -> Response:
        """Counted here, because hooks before and after the request take longer than the counting."""
        started = perf_counter()
        response = super().full_dispatch_request()
        rule = request.url_rule
        self._counted.count_request(rule.rule if rule else "unknown", response.status_code, perf_counter() - started)
        return response

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """No rule looks at the host, which Flask would take apart and encode in each request."""
        if request is None:
            return super().create_url_adapter(None)
        path = request.environ["PATH_INFO"].encode("latin-1").decode(errors="replace")  # as WSGI wants it
        if path.startswith("//"):
            path = f"/%2F{path[2:]}"  # of several slashes at the front, the adapter would make one
        return self.url_map.bind("", default_method=request.method, path_info=path)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view and no hook here is asynchronous; Flask would look at each of them in each request again."""
        return func


def create_app(classifier: Classifier, settings: Settings, publish: Publish | None = None) -> Flask:
    """An app that answers with this model and no other, for as long as it lives."""
    counted, turns = Metrics(classifier), Turns()
    app = App(counted)
    problems.register(app)
    if settings.api_keys:
        keys.require_key(app, settings.api_keys)
    app.register_blueprint(predict_blueprint(classifier, settings, counted, turns))
    app.register_blueprint(explain_blueprint(classifier, settings, counted, turns))
    app.register_blueprint(feedback_blueprint(publish, settings))
    app.register_blueprint(inference_blueprint(classifier, settings, counted, turns))
    app.register_blueprint(model_blueprint(classifier))
    app.register_blueprint(health_blueprint(classifier))
    app.register_blueprint(metrics_blueprint(counted))
    app.register_blueprint(openapi_blueprint(settings))
    return app
