"""Every error as `application/problem+json` (RFC 9457), with a stable `code` for programs."""

from __future__ import annotations

import traceback
from collections.abc import Mapping

import msgspec
from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from api.answers import body

PROBLEM = "application/problem+json"
DISCARDED, MOST_DISCARDED = 1 << 20, 16 << 20  # bytes of a refused request's body: at once, in all


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457's members, where `about:blank` says that the status tells the type; `error` is the detail again,
    where clients of the Open Inference Protocol look for it.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    error: str


class RequestError(Exception):
    """A request that can't be answered; `detail` says what was expected, and never quotes a value of the request."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers or {}


def register(app: Flask) -> None:
    """Make all errors of the app leave it as problems."""
    app.register_error_handler(RequestError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _refused(error: RequestError) -> Response:
    if error.status != 401:  # who has no key keeps no thread waiting for a body
        _discard_body()
    response = _response(error.status, error.code, error.detail)
    response.headers.extend(error.headers)
    return response


def _discard_body() -> None:
    """Read what is left, up to a bound: the connection is closed on who is still sending, and the answer is lost."""
    if "HTTP_EXPECT" in request.environ:  # the body is sent only if it is asked for
        return
    for _ in range(MOST_DISCARDED // DISCARDED):
        if not request.environ["wsgi.input"].read(DISCARDED):
            return


def _http_error(error: HTTPException) -> Response:
    """What Flask itself refuses (an unknown path, another method); its headers, such as `Allow`, stay."""
    status = error.code or 500
    response = _response(status, error.name.lower().replace(" ", "_"), error.description or error.name)
    response.headers.extend((name, value) for name, value in error.get_headers() if name.lower() != "content-type")
    return response


def _unexpected(error: Exception) -> Response:
    """A fault of ours, logged here and only here, without the error's message: it could quote a review."""
    where = "".join(traceback.format_tb(error.__traceback__))
    current_app.logger.error("%s while answering %s\n%s", type(error).__name__, request.endpoint, where)
    return _response(500, "internal_error", "the server failed to answer; its log says where")


def _response(status: int, code: str, detail: str) -> Response:
    problem = Problem(title=HTTP_STATUS_CODES[status], status=status, detail=detail, code=code, error=detail)
    return body(msgspec.json.encode(problem), PROBLEM, status)
