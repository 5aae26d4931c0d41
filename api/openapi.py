"""`GET /openapi.json`: this API in OpenAPI 3.1, made of the app's routes and types. `GET /docs`: a page to try it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.routing import Map, Rule

from api.answers import JSON, answer, body
from api.bodies import FORMS
from api.keys import OPEN
from api.operations import CONDITIONAL, FORMS_TOO, OPERATIONS, PARAMETERS, QUERIES
from api.problems import PROBLEM, Problem
from api.settings import Settings

REFERENCE = "#/components/schemas/{name}"
SECURITY = {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}}
Node = dict[str, Any]


def openapi_blueprint(settings: Settings) -> Blueprint:
    blueprint = Blueprint("openapi", __name__)
    page = files(__package__).joinpath("docs.html").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; connect-src 'self'; script-src {_hash('script', page)}; style-src {_hash('style', page)}"
    )

    @blueprint.get("/openapi.json")
    def spec() -> Response:
        return answer(document(current_app.url_map, settings))

    @blueprint.get("/docs")
    def docs() -> Response:
        response = body(page, "text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors 'none'"
        return response

    return blueprint


def document(routes: Map, settings: Settings) -> Node:
    """The description of every route; KeyError for one, or its parameter, that `api.operations` does not know."""
    types = [kind for operation in OPERATIONS.values() for kind in (*operation.answers, *operation.bodies)]
    schemas, components = msgspec.json.schema_components([*types, Problem], ref_template=REFERENCE)
    schema_of = dict(zip(types, schemas, strict=False))
    paths: dict[str, Node] = {}
    for rule in routes.iter_rules():
        path = re.sub("<(.+?)>", r"{\1}", rule.rule)
        method = "post" if "POST" in (rule.methods or ()) else "get"
        paths.setdefault(path, {})[method] = _operation(rule, schema_of, settings)
    return {
        "openapi": "3.1.0",
        "info": {"title": "review-sentiment", "version": version("review-sentiment")},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": components} | (SECURITY if settings.api_keys else {}),
    }


def _operation(rule: Rule, schema_of: dict[Any, Node], settings: Settings) -> Node:
    operation, needs_key = OPERATIONS[rule.endpoint], settings.api_keys and rule.endpoint not in OPEN
    answered = {"description": "The answer", "content": _content((operation.media,), operation.answers, schema_of)}
    refusals = {*operation.refusals, 401} if needs_key else operation.refusals
    node: Node = {
        "operationId": "_".join([*rule.endpoint.split("."), *sorted(rule.arguments - {"name"})]),
        "summary": operation.summary,
        "parameters": [_parameter(name, "path") for name in sorted(rule.arguments)]
        + [_parameter(name, "query") for name in QUERIES.get(rule.endpoint, ())],
        "responses": {str(operation.status): answered} | {str(status): _problem(status) for status in sorted(refusals)},
        "security": [{"key": []}] if needs_key else [],
    }
    if rule.endpoint in CONDITIONAL:
        node["responses"]["304"] = {"description": "Unchanged"}
    if operation.bodies:
        content = _content((JSON,), operation.bodies, schema_of)
        if rule.endpoint in FORMS_TOO:
            content |= _content(FORMS, operation.bodies[:1], schema_of)
        node["requestBody"] = {"required": True, "content": content}
    return node


def _content(media: Sequence[str], kinds: Sequence[Any], schema_of: dict[Any, Node]) -> Node:
    """The same schema for each media type: any of the kinds, or text where there is none."""
    schema = {"anyOf": [schema_of[kind] for kind in kinds]} if kinds else {"type": "string"}
    return {kind: {"schema": schema} for kind in media}


def _problem(status: int) -> Node:
    schema = {"$ref": REFERENCE.format(name=Problem.__name__)}
    return {"description": HTTP_STATUS_CODES[status], "content": {PROBLEM: {"schema": schema}}}


def _parameter(name: str, where: str) -> Node:
    return {"name": name, "in": where, "required": where == "path", "schema": PARAMETERS[name]}


def _hash(tag: str, page: str) -> str:
    """The page's only element of this name, as a content security policy allows it: nothing else runs there."""
    inside = page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
    return f"'sha256-{base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()}'"
