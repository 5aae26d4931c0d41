"""The names under which files keep a review's text and its label, and what a label may look like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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


def find_column(columns: Iterable[str], known: Sequence[str], wanted: str | None = None) -> str | None:
    """The file's own name of the column `wanted`, else of the first known one; in any case, None if it has none."""
    by_name = {name.strip().lstrip("\ufeff").lower(): name for name in columns}
    names = [wanted.strip().lower()] if wanted else known
    return next((by_name[name] for name in names if name in by_name), None)
