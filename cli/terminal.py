"""Lines on a terminal: what came from outside must not command it."""

from __future__ import annotations

import shutil


def plain(text: str) -> str:
    """What is no character, or would command a terminal, as an escape."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def one_line(text: str) -> str:
    """A text of any length and bytes that came from outside, as part of a line."""
    return plain(" ".join(text.split()))


def fitting(line: str) -> str:
    """The line, cut where the terminal ends."""
    width = shutil.get_terminal_size().columns
    return line if len(line) <= width else line[: width - 1] + "…"
