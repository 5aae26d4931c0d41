"""A result as the page keeps it: cut to what is shown, so that no review can take more memory than another."""

from __future__ import annotations

from typing import Annotated, NamedTuple, TypeAlias

import msgspec

from sentiment.errors import UNDECODABLE
from sentiment.language import language_of
from sentiment.results import Because, Label
from sentiment.reviews import MOST_ID_CHARACTERS
from ui.cutting import READ_CHARACTERS, cut

FIELDS, FIELD_CHARACTERS = 12, 80  # of a review's other fields; of a version and a term, too
TERMS = 5
NAMED_BY = "language"  # the field in which a sender names the language; without it, the words tell


class Seen(NamedTuple):
    """One result. `fields` are the sender's own, in words; `because` is empty where the stream does not explain.

    An id that is longer than feedback may name is left out.
    """

    id: str
    second: int
    label: Label
    probability: float
    confidence: float
    needs_review: bool
    model_version: str
    text: str
    language: str
    fields: dict[str, str]
    because: tuple[Because, ...]


Share: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=1)]


class _Result(msgspec.Struct, frozen=True):
    """What is read of a result's value."""

    label: Label
    probability: Share
    confidence: Share
    needs_review: bool
    model_version: str
    review: dict[str, msgspec.Raw]
    id: str = ""
    because: tuple[Because, ...] = ()


_decoder = msgspec.json.Decoder(_Result)


def read_result(value: bytes | None, second: int) -> Seen | None:
    """The result, or None where the value is none."""
    try:
        result = _decoder.decode(value or b"")
        fields = {name: _plain(raw) for name, raw in result.review.items()}
    except UNDECODABLE:
        return None
    text = cut(fields.get("text") or "", READ_CHARACTERS)
    chosen = _chosen(fields)
    return Seen(
        result.id if len(result.id) <= MOST_ID_CHARACTERS else "",
        second,
        result.label,
        result.probability,
        result.confidence,
        result.needs_review,
        cut(result.model_version, FIELD_CHARACTERS),
        text,
        chosen.get(NAMED_BY) or language_of(text),
        chosen,
        tuple(Because(cut(each.term, FIELD_CHARACTERS), each.weight) for each in result.because[:TERMS]),
    )


def _plain(raw: msgspec.Raw) -> str | None:
    """A string's characters, a number or truth value as it stands there; None for a list, an object or null."""
    written = bytes(raw).strip()
    if written.startswith(b'"'):
        return msgspec.json.decode(written, type=str)
    return None if written[:1] in b"[{n" else written.decode()


def _chosen(fields: dict[str, str | None]) -> dict[str, str]:
    """The first plain fields but id and text; a list or an object within a review is not shown."""
    plain = [(name, value) for name, value in fields.items() if value is not None and name not in ("id", "text")][
        :FIELDS
    ]
    return {name[:FIELD_CHARACTERS]: value[:FIELD_CHARACTERS] for name, value in plain}
