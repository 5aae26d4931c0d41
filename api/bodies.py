"""What a request's body is: read up to the limit, and decoded or refused."""

from __future__ import annotations

import codecs
from io import BytesIO
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from flask import Request
from msgspec import DecodeError, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from api.answers import JSON
from api.problems import RequestError

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST_FIELDS = 1000  # of a form

T = TypeVar("T")


def read_json(request: Request, most: int, *, typed: bool = True) -> bytes:
    """The body without a byte order mark; RequestError if it is not JSON by its type, or more than `most` bytes.

    With `typed` false it may have no type at all.
    """
    _check_encoding(request)
    if not _is_json(request) and (typed or request.mimetype):
        raise _wrong_type(f"send {JSON}", JSON)
    return _read(request, most).removeprefix(codecs.BOM_UTF8)


def read_json_or_form(request: Request, most: int) -> bytes:
    """The same, where a form will do too: its fields become an object of strings, the first of each name.

    What is not UTF-8 in a form is refused, where werkzeug would write something else in its place, and so is a form
    without a text.
    """
    _check_encoding(request)
    if _is_json(request):
        return _read(request, most).removeprefix(codecs.BOM_UTF8)
    if request.mimetype not in FORMS:
        raise _wrong_type(f"send {JSON}, or a form: {' or '.join(FORMS)}", JSON, *FORMS)
    fields = _fields(request, _read(request, most))
    if not {"text", "texts"} & fields.keys():  # JSON that is sent as a form, as `curl -d` does, is one too
        raise RequestError(422, "text_missing", f"the form has no field `text`; for JSON send content-type: {JSON}")
    return msgspec.json.encode(fields)


def _fields(request: Request, body: bytes) -> dict[str, str]:
    urlencoded = request.mimetype == FORMS[0]
    if urlencoded:
        _check_length(request, body)
    try:
        text = body.decode()
        if urlencoded:
            if text.count("&") >= MOST_FIELDS:
                raise RequestEntityTooLarge
            return dict(reversed(parse_qsl(text, keep_blank_values=True, errors="strict")))
        parser = FormDataParser(lambda *_, **__: BytesIO(), max_form_parts=MOST_FIELDS, silent=False)  # no file on disk
        return parser.parse(BytesIO(body), FORMS[1], len(body), request.mimetype_params)[1].to_dict()
    except UnicodeDecodeError as error:
        raise _not_utf8() from error
    except RequestEntityTooLarge as error:
        raise RequestError(413, "body_too_large", f"a form may have at most {MOST_FIELDS} fields") from error
    except ValueError as error:
        raise RequestError(400, "form_malformed", f"the body is not {FORMS[1]}, or it is cut") from error


def _check_length(request: Request, body: bytes) -> None:
    """Only its length tells where such a form ends; the server does not say that a chunked body was cut."""
    if request.content_length is None:
        raise RequestError(411, "length_required", f"send {FORMS[0]} with a Content-Length; {JSON} needs none")
    if len(body) < request.content_length:
        raise RequestError(400, "body_incomplete", "the body ended before its Content-Length")


def decode(decoder: msgspec.json.Decoder[T], body: bytes, code: str, expected: str) -> T:
    """The body as the decoder's type; what is JSON of another shape is refused by `code` and what was `expected`.

    All of the body is valid JSON and UTF-8 afterwards, fields that the type leaves alone included.
    """
    try:
        return decoder.decode(body.decode())
    except UnicodeDecodeError as error:
        raise _not_utf8() from error
    except ValidationError as error:
        raise RequestError(422, code, f"{expected}: {error}") from error
    except DecodeError as error:
        raise RequestError(400, "not_json", f"the body is not JSON: {error}") from error
    except RecursionError as error:
        raise RequestError(400, "not_json", "the body is nested too deeply") from error


def _check_encoding(request: Request) -> None:
    encoding = request.environ.get("HTTP_CONTENT_ENCODING", "")
    if encoding.lower() not in ("", "identity"):
        accepted = {"Accept-Encoding": "identity"}
        raise RequestError(415, "unsupported_content_encoding", "send the body without a Content-Encoding", accepted)


def _wrong_type(detail: str, *accepted: str) -> RequestError:
    return RequestError(415, "unsupported_media_type", detail, {"Accept": ", ".join(accepted)})


def _is_json(request: Request) -> bool:
    """Looks at the header as it came first, because most send no more than the type, and parsing it takes time."""
    return request.environ.get("CONTENT_TYPE") == JSON or request.mimetype == JSON


def _read(request: Request, most: int) -> bytes:
    if "HTTP_EXPECT" in request.environ and (request.content_length or 0) > most:
        raise _too_large(most)  # at once: the client sends the body only if it is asked to
    # The server's own stream, which ends where the body does: werkzeug's takes as long as scoring a review.
    body: bytes = request.environ["wsgi.input"].read(most + 1)
    if len(body) > most:
        raise _too_large(most)
    return body


def _too_large(most: int) -> RequestError:
    return RequestError(413, "body_too_large", f"the body may hold at most {most} bytes")


def _not_utf8() -> RequestError:
    return RequestError(400, "not_utf8", "the body is not UTF-8")
