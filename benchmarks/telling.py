"""The measurements as a table, as a JSON file and as a plot."""

from __future__ import annotations

import math
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table

from benchmarks.series import Series


class Measured(msgspec.Struct, frozen=True):
    """A part's ratios by name, and what they were made of."""

    ratios: dict[str, float | None]  # None: one of the two failed
    rows: list[Series]


Parts = dict[str, Measured]


class Results(msgspec.Struct):
    """What is kept of a day: a part that is measured again replaces itself."""

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
    """Add the parts to `<date>.json` and draw the plot of the same name anew; the JSON file's path."""
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    path = folder / f"{date}.json"
    machine = {"system": platform.platform(), "cpus": os.cpu_count(), "python": platform.python_version()}
    before = msgspec.json.decode(path.read_bytes(), type=Results).parts if path.is_file() else {}
    results = Results(date, machine, before | parts)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    figure(results.parts).savefig(path.with_suffix(".png"))
    return path


def figure(parts: Parts) -> Figure:
    """A panel for each unit of each part: medians as bars with their spread, on a logarithmic scale."""
    panels = [(part, unit) for part, measured in parts.items() for unit in _units(measured.rows)]
    across = max(min(len(panels), 3), 1)
    down = max(math.ceil(len(panels) / across), 1)
    drawn = Figure(figsize=(5.0 * across, 2.6 * down), dpi=80, layout="constrained")
    for place, (part, unit) in enumerate(panels, 1):
        axes = drawn.add_subplot(down, across, place, title=part, xlabel=unit, xscale="log")
        _bars(axes, [row for row in parts[part].rows if unit in row.units][::-1], unit)
    return drawn


def _units(rows: list[Series]) -> list[str]:
    """Each once, in the order in which they first come."""
    return list(dict.fromkeys(unit for row in rows for unit in row.units))


def _bars(axes: Axes, rows: list[Series], unit: str) -> None:
    values = [row.values(unit) for row in rows]
    medians = [row.median(unit) for row in rows]
    below = [median - min(each) for median, each in zip(medians, values, strict=True)]
    above = [max(each) - median for median, each in zip(medians, values, strict=True)]
    colours = ["tab:orange" if row.name.startswith("ours") else "tab:gray" for row in rows]
    bars = axes.barh([row.name for row in rows], medians, xerr=[below, above], color=colours, capsize=2)
    axes.bar_label(bars, [f" {_figure(median)}" for median in medians], fontsize=8)
    axes.set_xlim(min(medians) / 3, max(medians) * 5)  # room for the figures at the bars' ends
