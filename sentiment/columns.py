"""The names of a file's columns: those of a review's text and label, what a label may look like, and the answer's."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sentiment.errors import DataError

# The likeliest name first.
TEXT_COLUMNS = (
    "text",
    "review",
    "reviews",
    "critiques",
    "critique",
    "comment",
    "commentaire",
    "content",
    "avis",
    "body",
)
LABEL_COLUMNS = ("label", "labels", "sentiment", "polarity", "target", "class")
POSITIVE = ("1", "1.0", "true", "positive", "positif", "pos")
NEGATIVE = ("0", "0.0", "false", "negative", "negatif", "négatif", "neg")
DECIMAL = r"^([01])\.0+$"  # decimal types show all of their digits
MOST_NUMBERS = 10  # of a scale that are named
MOST_NAMED, LONGEST_NAMED = 5, 30  # labels that are named where they are not known, and characters of one
SLIPS = 0.01  # of the labels: so few that are another number are mistakes of single rows

# What is written beside each row of a scored file.
ANSWER = {"label": str, "probability": float, "confidence": float, "needs_review": bool, "model_version": str}
PREFIX = "predicted_"  # of an answer's column whose own name the file has already


def find_column(columns: Iterable[str], known: Sequence[str], wanted: str | None = None) -> str | None:
    """The file's own name of the column `wanted`, else of the first known one; None if it has none.

    A name that is the same to the letter goes before one that is so in another case; DataError if several of those are.
    """
    names = list(columns)
    for sought in [wanted] if wanted else known:
        if sought in names:
            return sought
        alike = [name for name in names if name.strip().lstrip("\ufeff").lower() == sought.strip().lower()]
        if len(alike) > 1:
            raise DataError(f"which column is {sought}: {' or '.join(alike)}? Rename one of them, or name one exactly")
        if alike:
            return alike[0]
    return None


def distinct(names: list[str]) -> list[str]:
    """The same names; DataError where two are the same to the letter."""
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise DataError(f"there are two columns {twice[0]!r}: rename one of them")
    return names


def label_of(value: object) -> int | None:
    """1 or 0 for the usual words and numbers, None for all others."""
    word = re.sub(DECIMAL, r"\1", str(value).strip().lower())
    return 1 if word in POSITIVE else 0 if word in NEGATIVE else None


def refuse_scale(rows: Mapping[str, int], where: str) -> None:
    """DataError where 0 or 1 is one of several numbers, as of stars: what it means there can't be known.

    `rows` says how many rows have each label, as it is spelt.
    """
    numbers = {label: number for label in rows if (number := _number(label)) is not None}
    others = {label: number for label, number in numbers.items() if number not in (0, 1)}
    if len(others) < len(numbers) and sum(rows[label] for label in others) > SLIPS * sum(rows.values()):
        shown = ", ".join(f"{number:g}" for number in sorted(set(numbers.values()))[:MOST_NUMBERS])
        raise DataError(
            f"{where}: the labels are a scale, with {shown} on it: write 1 for positive, 0 for negative, and nothing "
            "for a review that is to be left out"
        )


def _number(label: str) -> float | None:
    try:
        number = float(label)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def answer_columns(taken: Iterable[str]) -> dict[str, str]:
    """For each column of `ANSWER` the name to write it under: one that the file does not use, in any case."""
    names = list(taken)
    return {name: free_name(name, names) for name in ANSWER}


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name with as many prefixes as it takes to differ from all that are taken, in any case."""
    lower = {each.lower() for each in taken}
    while name in lower:
        name = PREFIX + name
    return name
