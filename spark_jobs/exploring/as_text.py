"""The sections for a terminal, a pipe or a log: plain lines of at most 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from spark_jobs.exploring.sections import Cell, Column, Kind, Section, Table, printable

WIDTH, INDENT, GAP = 80, "  ", "  "
BAR, LEAST_QUOTE = 16, 20


def as_text(sections: Sequence[Section]) -> str:
    """One block for each section, with an empty line between."""
    return "\n\n".join("\n".join([*_wrapped(section.title, ""), *_body(section)]) for section in sections)


def _body(section: Section) -> list[str]:
    lines = _wrapped(section.text, INDENT)
    for point in section.points:
        lines += _wrapped(point, f"{INDENT}- ")
    for place, table in enumerate(section.tables):
        lines += ([""] if place else []) + _table(table)
    return lines


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(printable(text), WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent))


def _table(table: Table) -> list[str]:
    cells = [[column.name for column in table.columns]] + [[_shown(cell) for cell in row] for row in table.rows]
    widths = _widths(table.columns, cells)
    kinds = [column.kind for column in table.columns]
    lines = [INDENT + GAP.join(map(_aligned, row, widths, kinds)) for row in cells]
    return [line.rstrip() for line in lines]


def _shown(cell: Cell) -> str:
    if isinstance(cell, float):
        return "█" * max(round(cell * BAR), 1 if cell else 0)
    return f"{cell:,}" if isinstance(cell, int) else printable(cell)


def _widths(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> list[int]:
    """Figures and bars have the room that they need, our words share what is left, quotes take the rest."""
    widest = [max(map(len, column)) for column in zip(*cells, strict=True)]
    kinds = [column.kind for column in columns]
    room = WIDTH - len(INDENT) - len(GAP) * (len(columns) - 1)
    room -= sum(width for width, kind in zip(widest, kinds, strict=True) if kind in (Kind.FIGURE, Kind.BAR))
    quotes = LEAST_QUOTE if Kind.QUOTE in kinds else 0
    words = (room - quotes) // max(kinds.count(Kind.WORDS), 1)
    widths = [min(width, words) if kind is Kind.WORDS else width for width, kind in zip(widest, kinds, strict=True)]
    room -= sum(width for width, kind in zip(widths, kinds, strict=True) if kind is Kind.WORDS)
    return [room if kind is Kind.QUOTE else width for width, kind in zip(widths, kinds, strict=True)]


def _aligned(text: str, width: int, kind: Kind) -> str:
    short = text if len(text) <= width else text[: width - 1] + "…"
    return short.rjust(width) if kind is Kind.FIGURE else short.ljust(width)
