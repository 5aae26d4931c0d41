"""The names of a file's columns: those of a review's text and label, what a label may look like, and the answer's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
