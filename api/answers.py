"""How an answer leaves: its bytes, its type, and what caches and browsers may make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from flask import Response

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from werkzeug.datastructures import Headers

JSON = "application/json"


class WholeResponse(Response):
    """A response whose headers are complete when it is made; no copy of them is searched for what may be missing."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        return self.headers


def answer(value: object, status: int = 200) -> Response:
    """The value as JSON."""
    return body(msgspec.json.encode(value), JSON, status)


def body(data: bytes | str, media: str, status: int = 200) -> Response:
    """Not kept by caches, and not taken for another type than it has."""
    headers = [("Content-Type", media), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
    return WholeResponse(data, status, headers)
