"""The measurements as a table, as a JSON file and as a plot."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from rich.table import Table

from benchmarks.measuring import machine
from benchmarks.series import Series

DRAWN = {"growth": "resident MB", "latency": "p99 ms at 1000/s"}  # the unit in the plot; of other parts the first one
OTHERS = ("spark", "sklearn", "fasttext", "vw", "limit", "bare", "mlflow")  # what ours is measured beside


class Measured(msgspec.Struct, frozen=True):
    """A part's ratios by name, and what they were made of."""

    ratios: dict[str, float | None]  # None: one of the two failed
    rows: list[Series]


Parts = dict[str, Measured]


class Results(msgspec.Struct):
    """What is kept of a day and a machine: a part that is measured again replaces itself."""

    date: str
    machine: dict[str, Any]
    parts: Parts


def table(parts: Parts) -> Table:
    """Of each part the contestants in the order of their rounds, and below them the ratios."""
    shown = Table(title="Medians of interleaved rounds, with the least and the most of them")
    for heading in ("part", "contestant", "median", "least", "most", "unit"):
        shown.add_column(heading, justify="right" if heading in ("median", "least", "most") else "left")
    for part, measured in parts.items():
        for row in measured.rows:
            for line in _lines(row):
                shown.add_row(part, row.name, *line)
        for name, value in measured.ratios.items():
            shown.add_row(part, name, "failed" if value is None else _figure(value), "", "", "times")
        shown.add_section()
    return shown


def _lines(row: Series) -> list[tuple[str, str, str, str]]:
    """Median, least, most and unit, of each unit; or the error."""
    if row.error:
        return [("failed", "", "", row.error)]
    spreads = {unit: (row.median(unit), min(row.values(unit)), max(row.values(unit))) for unit in row.units}
    return [(_figure(median), _figure(least), _figure(most), unit) for unit, (median, least, most) in spreads.items()]


def _figure(value: float) -> str:
    """Four significant digits, and thousands set apart."""
    digits = 3 - math.floor(math.log10(abs(value))) if value else 0
    return f"{round(value, digits):,.{max(digits, 0)}f}"


def write(parts: Parts, folder: Path) -> Path:
    """Add the parts to `<date>.json` and draw the plot of the same name anew; the JSON file's path.

    Where that file holds another machine's, they go to `<date>-<processor>.json`.
    """
    date, here = f"{datetime.now(UTC):%Y-%m-%d}", machine()
    path = folder / f"{date}.json"
    before = _read(path)
    if before and before.machine != here:
        path = folder / f"{date}-{here['processor']}.json"
        before = _read(path)
    kept = before.parts if before and before.machine == here else {}
    results = Results(date, here, kept | parts)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    figure(results.parts).savefig(path.with_suffix(".png"))
    return path


def _read(path: Path) -> Results | None:
    return msgspec.json.decode(path.read_bytes(), type=Results) if path.is_file() else None


def figure(parts: Parts) -> Figure:
    """A panel for each part, in one unit: medians with the least and the most, on a logarithmic scale."""
    panels = []
    for part, measured in parts.items():
        unit = DRAWN.get(part) or next((unit for row in measured.rows for unit in row.units), "")
        panels.append((part, unit, [row for row in measured.rows if unit in row.units][::-1]))
    across = max(min(len(panels), 3), 1)
    most = [len(rows) for _, _, rows in panels] or [0]
    heights = [1.1 + 0.3 * max(most[first : first + across]) for first in range(0, len(most), across)]
    drawn = Figure(figsize=(5.0 * across, sum(heights)), dpi=80, layout="constrained")
    grid = drawn.add_gridspec(len(heights), across, height_ratios=heights)
    for place, (part, unit, rows) in enumerate(panels):
        axes = drawn.add_subplot(grid[divmod(place, across)], title=part, xlabel=unit, xscale="log")
        _points(axes, rows, unit)
    return drawn


def _points(axes: Axes, rows: list[Series], unit: str) -> None:
    for place, row in enumerate(rows):
        median, values = row.median(unit), row.values(unit)
        spread = [[median - min(values)], [max(values) - median]]
        colour = "tab:gray" if row.name.startswith(OTHERS) else "tab:orange"
        axes.errorbar([median], [place], xerr=spread, fmt="o", color=colour, capsize=3)
        axes.annotate(_figure(median), (median, place), (0, 6), textcoords="offset points", ha="center", fontsize=8)
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    medians = [row.median(unit) for row in rows] or [1.0]
    axes.set(xlim=(min(medians) / 3, max(medians) * 3), ylim=(-0.5, max(len(rows), 1) - 0.2))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="x", which="both", alpha=0.3)
