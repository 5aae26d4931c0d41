"""Reviews cut to what is shown, so that none can take more memory, or more of a screen, than another."""

from __future__ import annotations

LISTED_CHARACTERS = 1_000  # of a review that is one of many
READ_CHARACTERS = 10_000  # of a review that somebody is to read, for it may turn at its end


def cut(text: str, most: int = LISTED_CHARACTERS) -> str:
    """The text, or its beginning and an ellipsis where it is longer."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
