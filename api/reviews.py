"""Reviews out of a request's body: what is asked, or a refusal that names the field."""

from __future__ import annotations

import codecs
from typing import NamedTuple, NoReturn

import msgspec
from flask import Request
from msgspec import UNSET, DecodeError, Raw, Struct, UnsetType, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from api.problems import RequestError
from api.settings import Settings
from sentiment.reviews import problem_of

JSON = "application/json"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Review(NamedTuple):
    """A text to classify; `sent` is what the answer gives back as `review`."""

    text: str
    sent: Raw | dict[str, str]
    id: str | UnsetType = UNSET


class _Body(Struct):
    """The fields that mean something here, undecoded; the others are the sender's own."""

    text: Raw | UnsetType = UNSET
    texts: Raw | UnsetType = UNSET
    id: Raw | UnsetType = UNSET


_BODY = msgspec.json.Decoder(_Body)
_ID = msgspec.json.Decoder(str | int)
_TEXT = msgspec.json.Decoder(str)
_TEXTS = msgspec.json.Decoder(list[Raw])


def read_json(request: Request, settings: Settings) -> bytes:
    """The body as JSON; a form's fields become an object of strings, the first of each name."""
    if request.mimetype not in (JSON, *FORMS):
        raise RequestError(415, "unsupported_media_type", f"send {JSON}, or a form: {' or '.join(FORMS)}")
    most = settings.max_body_bytes
    request.max_content_length = most + 1  # a chunked body is cut here without an error: one byte more gives it away
    request.max_form_memory_size = None  # a form is bounded by its body, not by field
    try:
        body = request.get_data()
        if len(body) > most:
            raise RequestEntityTooLarge
        return body if request.mimetype == JSON else msgspec.json.encode(request.form.to_dict())
    except RequestEntityTooLarge as error:
        raise RequestError(413, "body_too_large", f"the body may hold at most {most} bytes") from error


def parse(body: bytes, settings: Settings) -> Review | list[Review]:
    """The review of `{"text": ...}`, or the list of those of `{"texts": [...]}`; RequestError if it is neither."""
    body = body.removeprefix(codecs.BOM_UTF8)
    fields = _fields(body)
    if fields.text is not UNSET and fields.texts is not UNSET:
        _refuse("text_and_texts", "send either `text` or `texts`, not both")
    if fields.texts is not UNSET:
        return [Review(text, {"text": text}) for text in _texts(fields.texts, settings)]
    if fields.text is UNSET:
        _refuse("text_missing", "the field `text` (or `texts`) is missing")
    identity = UNSET if fields.id is UNSET else _identity(fields.id)
    return Review(_text(fields.text, "text", settings), Raw(body), identity)


def _fields(body: bytes) -> _Body:
    """The body's top level. All of it is valid JSON and UTF-8 afterwards, so it can be sent back as it is."""
    try:
        return _BODY.decode(body.decode())
    except UnicodeDecodeError as error:
        raise RequestError(400, "not_utf8", "the body is not UTF-8") from error
    except ValidationError as error:
        raise RequestError(422, "not_an_object", "the body must be a JSON object") from error
    except DecodeError as error:
        raise RequestError(400, "not_json", f"the body is not JSON: {error}") from error
    except RecursionError as error:
        raise RequestError(400, "not_json", "the body is nested too deeply") from error


def _texts(raw: Raw, settings: Settings) -> list[str]:
    try:
        texts = _TEXTS.decode(raw)
    except ValidationError as error:
        raise RequestError(422, "texts_not_an_array", "`texts` must be an array of strings") from error
    if not texts:
        _refuse("texts_empty", "`texts` must hold at least one text")
    if len(texts) > settings.max_texts:
        _refuse("too_many_texts", f"`texts` may hold at most {settings.max_texts} texts, not {len(texts)}")
    return [_text(text, f"texts[{place}]", settings) for place, text in enumerate(texts)]


def _text(raw: Raw, name: str, settings: Settings) -> str:
    try:
        text = _TEXT.decode(raw)
    except ValidationError as error:
        raise RequestError(422, "text_not_a_string", f"`{name}` must be a string") from error
    if problem := problem_of(text, settings.max_characters):
        _refuse(problem.reason, f"`{name}` {problem.detail}")
    return text


def _identity(raw: Raw) -> str:
    try:
        return str(_ID.decode(raw))
    except ValidationError as error:
        raise RequestError(422, "id_malformed", "`id` must be a string or an integer") from error


def _refuse(code: str, detail: str) -> NoReturn:
    raise RequestError(422, code, detail)
