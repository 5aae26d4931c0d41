"""Reviews out of a request's body: what is asked, or a refusal that names the field."""

from __future__ import annotations

from typing import NamedTuple, NoReturn

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, ValidationError

from api.bodies import decode
from api.problems import RequestError
from api.settings import Settings
from sentiment.reviews import problem_of


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


NOT_BLANK = r"\S"  # of a text, in a JSON schema

_BODY = msgspec.json.Decoder(_Body)
_ID = msgspec.json.Decoder(str | int)
_TEXT = msgspec.json.Decoder(str)
_TEXTS = msgspec.json.Decoder(list[Raw])


def parse(body: bytes, settings: Settings) -> Review | list[Review]:
    """The review of `{"text": ...}`, or the list of those of `{"texts": [...]}`; RequestError if it is neither."""
    fields = decode(_BODY, body, "not_an_object", "the body must be a JSON object")
    if fields.text is not UNSET and fields.texts is not UNSET:
        _refuse("text_and_texts", "send either `text` or `texts`, not both")
    if fields.texts is not UNSET:
        return [Review(text, {"text": text}) for text in _texts(fields.texts, settings)]
    if fields.text is UNSET:
        _refuse("text_missing", "the field `text` (or `texts`) is missing")
    identity = UNSET if fields.id is UNSET else _identity(fields.id)
    return Review(_text(fields.text, "text", settings), Raw(body), identity)


def _texts(raw: Raw, settings: Settings) -> list[str]:
    try:
        texts = _TEXTS.decode(raw)
    except ValidationError as error:
        raise RequestError(422, "texts_not_an_array", "`texts` must be an array of strings") from error
    check_number(len(texts), "texts", settings)
    return [_text(text, f"texts[{place}]", settings) for place, text in enumerate(texts)]


def check_number(texts: int, name: str, settings: Settings) -> None:
    """RequestError unless a field may hold so many texts."""
    if not texts:
        _refuse("texts_empty", f"`{name}` must hold at least one text")
    if texts > settings.max_texts:
        _refuse("too_many_texts", f"`{name}` may hold at most {settings.max_texts} texts, not {texts}")


def _text(raw: Raw, name: str, settings: Settings) -> str:
    try:
        return check_text(_TEXT.decode(raw), name, settings)
    except ValidationError as error:
        raise RequestError(422, "text_not_a_string", f"`{name}` must be a string") from error


def check_text(text: str, name: str, settings: Settings) -> str:
    """The text itself, if it can be classified; RequestError names the field that holds it."""
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
