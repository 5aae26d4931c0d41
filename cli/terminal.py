"""What the verbs that print a line for each record share."""

from __future__ import annotations

import shutil


def fitting(line: str) -> str:
    """The line, cut where the terminal ends."""
    width = shutil.get_terminal_size().columns
    return line if len(line) <= width else line[: width - 1] + "…"
