"""API keys: where some are set, a request must bring one as `Authorization: Bearer KEY`."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from pathlib import Path

from flask import Flask, request

from api.problems import RequestError
from sentiment.errors import SettingError

# Whoever restarts, watches or looks up this server needs no key; nothing of the model or of a review is told there.
OPEN = frozenset(
    {
        "health.live",
        "health.ready",
        "inference.live",
        "inference.ready",
        "inference.server",
        "metrics.show",
        "openapi.spec",
        "openapi.docs",
    }
)
KEY = re.compile(r"[A-Za-z0-9._~+/-]{16,}=*")  # the characters of a bearer token (RFC 6750), and too many to guess


def read_keys(listed: str | None, file: str | None) -> tuple[str, ...]:
    """Keys from a list with commas between, or from a file with one a line; none where neither is given."""
    if listed and file:
        raise SettingError("SENTIMENT_API_KEYS and SENTIMENT_API_KEYS_FILE are both set: choose one")
    if not listed and not file:
        return ()
    name = "SENTIMENT_API_KEYS_FILE" if file else "SENTIMENT_API_KEYS"
    try:
        words = Path(file).read_text(encoding="utf-8").split("\n") if file else (listed or "").split(",")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{name}: {file} can't be read: {error}") from error
    keys = tuple(filter(None, map(str.strip, words)))
    if not keys or not all(map(KEY.fullmatch, keys)):
        raise SettingError(f"{name} must hold keys of at least 16 letters, digits or -._~+/ each")
    return keys


def require_key(app: Flask, keys: Sequence[str]) -> None:
    """Answer 401 wherever a key is needed and none of `keys` is brought."""
    expected = [_digest(key) for key in keys]

    @app.before_request
    def check() -> None:
        if request.endpoint is None or request.endpoint in OPEN:
            return
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        brought = _digest(key.strip())
        same = [hmac.compare_digest(brought, one) for one in expected]  # all of them, so that time tells nothing
        if scheme.lower() != "bearer" or not any(same):
            challenge = {"WWW-Authenticate": 'Bearer realm="sentiment"'}
            raise RequestError(401, "unauthorized", "send a valid API key: `Authorization: Bearer KEY`", challenge)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
