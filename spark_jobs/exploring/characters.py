"""Markup and odd characters: what cleaning mends, and what stays in the texts."""

from __future__ import annotations

from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs.columns import TEXT
from spark_jobs.exploring.findings import Trouble
from spark_jobs.exploring.rows import AS_READ

AROUND = 20  # characters of an example on each side


class Sign(NamedTuple):
    """A regular expression and what a match of it means; it is looked for before cleaning if cleaning mends it."""

    what: str
    pattern: str
    mended: bool

    @property
    def column(self) -> str:
        return AS_READ if self.mended else TEXT


SIGNS = (
    Sign("HTML line breaks", r"(?i)<\s*/?\s*br\s*/?\s*>", mended=True),
    Sign("HTML entities", r"&(#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);", mended=True),
    Sign("accents apart from their letters", "[a-zA-Z][\u0300-\u036f]", mended=True),
    Sign("other HTML tags", r"</?[a-zA-Z][^<>]*>", mended=False),
    Sign("HTML entities, escaped twice", r"&(#[0-9]+|[a-zA-Z][a-zA-Z0-9]*);", mended=False),
    Sign("UTF-8 read as Latin-1", "Ã[\u0080-\u00bf]|Â[\u00a0-\u00bf]|â€", mended=False),
    Sign("characters lost (U+FFFD)", "\ufffd", mended=False),
    Sign("Windows-1252 read as Latin-1", r"[\x80-\x9f]", mended=False),
    Sign("control characters", r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", mended=False),
    Sign("invisible characters", "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff]", mended=False),
    Sign("web addresses", r"(?i)\b(https?://|www\.)", mended=False),
)


def changed(rows: DataFrame) -> int:
    """How many rows have a text that cleaning changes."""
    return int(rows.agg(F.count_if(F.col(AS_READ) != F.col(TEXT))).collect()[0][0])


def troubles(rows: DataFrame) -> tuple[Trouble, ...]:
    """How many rows show each sign, with an example; those that no row shows are left out."""
    counts = rows.agg(*(F.count_if(_shown(sign)) for sign in SIGNS), *(_example(sign) for sign in SIGNS)).collect()[0]
    shown = zip(SIGNS, counts[: len(SIGNS)], counts[len(SIGNS) :], strict=True)
    return tuple(Trouble(sign.what, count, sign.mended, example) for sign, count, example in shown if count)


def _shown(sign: Sign) -> Column:
    return F.col(sign.column).rlike(sign.pattern)


def _example(sign: Sign) -> Column:
    """The smallest of the matches, with what stands around them."""
    around = rf"(?s).{{0,{AROUND}}}(?:{sign.pattern}).{{0,{AROUND}}}"
    return F.min(F.when(_shown(sign), F.regexp_extract(sign.column, around, 0)))
