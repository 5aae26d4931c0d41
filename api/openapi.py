"""`GET /openapi.json`: this API in OpenAPI 3.1, made of the app's routes and types. `GET /docs`: a page to try it."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.routing import Map, Rule

from api.bodies import FORMS, JSON
from api.keys import OPEN
from api.operations import OPERATIONS, Operation
from api.problems import PROBLEM, Problem
from api.settings import Settings

REFERENCE = "#/components/schemas/{name}"
Node = dict[str, Any]


def openapi_blueprint(settings: Settings) -> Blueprint:
    blueprint = Blueprint("openapi", __name__)
    page = files(__package__).joinpath("docs.html").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; connect-src 'self'; script-src {_hash('script', page)}; style-src {_hash('style', page)}"
    )

    @blueprint.get("/openapi.json")
    def spec() -> Response:
        return Response(msgspec.json.encode(document(current_app.url_map, settings)), content_type=JSON)

    @blueprint.get("/docs")
    def docs() -> Response:
        response = Response(page, content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors 'none'"
        return response

    return blueprint


def document(routes: Map, settings: Settings) -> Node:
    """The description of every route; KeyError for one that `OPERATIONS` does not know."""
    types = [kind for operation in OPERATIONS.values() for kind in _types(operation)]
    schemas, components = msgspec.json.schema_components([*types, Problem], ref_template=REFERENCE)
    schema_of = dict(zip(types, schemas, strict=False))
    paths: dict[str, Node] = {}
    for rule in routes.iter_rules():
        path = re.sub("<(.+?)>", r"{\1}", rule.rule)
        method = "post" if "POST" in (rule.methods or ()) else "get"
        paths.setdefault(path, {})[method] = _operation(rule, schema_of, bool(settings.api_keys))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "review-sentiment",
            "version": version("review-sentiment"),
            "license": {"name": "Apache-2.0"},
        },
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": components} | (_security() if settings.api_keys else {}),
    }


def _operation(rule: Rule, schema_of: dict[Any, Node], keys: bool) -> Node:
    operation = OPERATIONS[rule.endpoint]
    needs_key = keys and rule.endpoint not in OPEN
    refusals = (*operation.refusals, 401) if needs_key else operation.refusals
    node: Node = {
        "operationId": rule.endpoint.replace(".", "_"),
        "summary": operation.summary,
        "responses": {str(operation.status): _answer(operation, schema_of)}
        | {str(status): _problem(status) for status in sorted(refusals)},
    }
    parameters = [_parameter(name, "path", "string") for name in sorted(rule.arguments)]
    parameters += [_parameter(name, "query", "boolean") for name in operation.query]
    if parameters:
        node["parameters"] = parameters
    if operation.body:
        kinds = (JSON, *FORMS) if operation.form else (JSON,)
        schema = schema_of[operation.body]
        node["requestBody"] = {"required": True, "content": {kind: {"schema": schema} for kind in kinds}}
    if needs_key:
        node["security"] = [{"key": []}]
    return node


def _types(operation: Operation) -> list[Any]:
    return [kind for kind in (operation.answer, operation.body) if kind and not isinstance(kind, str)]


def _answer(operation: Operation, schema_of: dict[Any, Node]) -> Node:
    if isinstance(operation.answer, str):
        content = {operation.answer: {"schema": {"type": "string"}}}
    else:
        content = {JSON: {"schema": schema_of[operation.answer]}}
    return {"description": "The answer", "content": content}


def _problem(status: int) -> Node:
    schema = {"$ref": REFERENCE.format(name=Problem.__name__)}
    return {"description": HTTP_STATUS_CODES[status], "content": {PROBLEM: {"schema": schema}}}


def _parameter(name: str, where: str, kind: str) -> Node:
    return {"name": name, "in": where, "required": where == "path", "schema": {"type": kind}}


def _security() -> Node:
    return {"securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key"}}}


def _hash(tag: str, page: str) -> str:
    """The page's only element of this name, as a content security policy allows it: nothing else runs there."""
    inside = page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
    return f"'sha256-{base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()}'"
