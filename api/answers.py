"""How an answer leaves: its bytes, its type, and what caches and browsers may make of it."""

from __future__ import annotations

import msgspec
from flask import Response

JSON = "application/json"


def answer(value: object, status: int = 200) -> Response:
    """The value as JSON."""
    return body(msgspec.json.encode(value), JSON, status)


def body(data: bytes | str, media: str, status: int = 200) -> Response:
    """Not kept by caches, and not taken for another type than it has."""
    headers = [("Content-Type", media), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
    return Response(data, status, headers)
