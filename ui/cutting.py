"""Reviews cut to what is shown, so that none can take more memory, or more of a screen, than another."""

from __future__ import annotations

TEXT_CHARACTERS = 1_000  # of a review that are kept


def cut(text: str) -> str:
    """The text, or its beginning and an ellipsis where it is longer than TEXT_CHARACTERS."""
    return text if len(text) <= TEXT_CHARACTERS else f"{text[: TEXT_CHARACTERS - 1]}…"
