"""The comparison as a table, as a JSON file and as a plot."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from matplotlib.figure import Figure
from rich.table import Table

from benchmarks.measuring import machine
from benchmarks.outcomes import METRICS, Outcome
from benchmarks.rows import EXAM, Rows

Outcomes = dict[str, Outcome]


def table(outcomes: Outcomes, counts: dict[str, int]) -> Table:
    """Of each test the programs, the most accurate first; what failed stands below, with its error."""
    failed = [f"{name} failed: {outcome.error}" for name, outcome in outcomes.items() if outcome.error]
    shown = Table(title="Same training rows, same test rows; ± one standard error", caption="\n".join(failed))
    for heading in ("test", "program", *METRICS, "seconds", "peak MB"):
        text = heading in ("test", "program")
        shown.add_column(heading, justify="left" if text else "right", no_wrap=True)
    for test, n in counts.items():
        for name, outcome in ranked(outcomes, test):
            accuracy, *others = (outcome.scores[test][metric] for metric in METRICS)
            measured = f"{accuracy:.4f} ± {standard_error(accuracy, n):.4f}"
            used = [str(value) for value in outcome.usage or ()]
            shown.add_row(test, name, measured, *(f"{value:.4f}" for value in others), *used)
        shown.add_section()
    return shown


def ranked(outcomes: Outcomes, test: str) -> list[tuple[str, Outcome]]:
    """The programs that have scores, the most accurate first."""
    scored = [(name, outcome) for name, outcome in outcomes.items() if test in outcome.scores]
    return sorted(scored, key=lambda pair: -pair[1].scores[test]["accuracy"])


def standard_error(accuracy: float, n: int) -> float:
    """Of an accuracy measured on n rows."""
    return math.sqrt(accuracy * (1 - accuracy) / n)


def write(outcomes: Outcomes, rows: Rows, folder: Path) -> Path:
    """Write `quality-<date>.json` and the plot of the same name; the JSON file's path."""
    counts = rows.counts()
    path = folder / f"quality-{datetime.now(UTC):%Y-%m-%d}.json"
    found = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": machine(),
        "rows": counts,
        "scores": {name: outcome.by_test() for name, outcome in outcomes.items()},
        "runs": {name: {**_used(outcome), **outcome.about} for name, outcome in outcomes.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    figure(outcomes, {test: n for test, n in counts["test"].items() if test != EXAM}).savefig(path.with_suffix(".png"))
    return path


def _used(outcome: Outcome) -> dict[str, object]:
    return outcome.usage._asdict() if outcome.usage else {}


def figure(outcomes: Outcomes, counts: dict[str, int]) -> Figure:
    """Accuracies of each test with their 95 % intervals."""
    drawn = Figure(figsize=(4.5 * len(counts), 3.2), dpi=80, layout="constrained")
    for place, (test, n) in enumerate(counts.items(), 1):
        axes = drawn.add_subplot(1, len(counts), place, title=f"{test}, {n:,} rows", xlabel="accuracy")
        order = ranked(outcomes, test)[::-1]
        accuracies = [outcome.scores[test]["accuracy"] for _, outcome in order]
        errors = [1.96 * standard_error(accuracy, n) for accuracy in accuracies]
        axes.errorbar(accuracies, range(len(order)), xerr=errors, fmt="o", capsize=3)
        axes.set_yticks(range(len(order)), [name for name, _ in order])
        axes.grid(axis="x", alpha=0.3)
    return drawn
