"""What a text must be like to be classified, whichever door it comes through."""

from __future__ import annotations

from typing import Literal, NamedTuple

MOST_CHARACTERS = 100_000
MOST_ID_CHARACTERS = 256  # of the id that feedback names a review by


class Problem(NamedTuple):
    """Why a text can't be classified: a stable word, and a sentence's end such as "is empty"."""

    reason: Literal["text_empty", "text_too_long"]
    detail: str


def problem_of(text: str, most_characters: int) -> Problem | None:
    """What is wrong with a text, if anything is."""
    if not text or text.isspace():
        return Problem("text_empty", "is empty or white space")
    if len(text) > most_characters:
        return Problem("text_too_long", f"has {len(text)} characters, the most is {most_characters}")
    return None
