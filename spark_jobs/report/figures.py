"""The report's plots. Lines differ in dash and marker too, so that none is told apart by colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, PercentFormatter

from sentiment.curves import Curve, Floats, Labels, coverage_precision, precision_recall, reliability, roc, wilson
from spark_jobs.report.scoring import Band
from spark_jobs.report.svg import FAINT, INK, PAGE, SERIES, draw

Rows = Mapping[str, tuple[Labels, Floats]]  # labels and probabilities, by the name that the legend gives them
Lines = Mapping[str, Curve]

STYLES = tuple(zip(SERIES, ("-", "--", ":"), ("o", "s", "^"), strict=True))  # of at most three lines
POINTS = 400  # of a line; more can't be seen
BINS = 10  # of the reliability plot
LABEL = {"facecolor": PAGE, "edgecolor": "none", "alpha": 0.8, "pad": 1}
BESIDE: dict[str, Any] = {"textcoords": "offset points", "va": "top", "bbox": LABEL}
LEAST_COVERAGE = 0.02  # where lines of precision start: the first few answers only make them jump


def roc_figure(rows: Rows, described: str) -> Markup:
    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8)
        _lines(axes, {name: roc(*each) for name, each in rows.items()})
        axes.set(xlabel="share of negatives called positive", ylabel="share of positives found")
        axes.legend(loc="lower right")

    return draw("roc", described, paint)


def precision_recall_figure(rows: Rows, described: str) -> Markup:
    def paint(axes: Axes) -> None:
        _lines(axes, {name: precision_recall(*each) for name, each in rows.items()})
        axes.set(xlabel="recall: share of positives found", ylabel="precision", ylim=(0, 1.02))
        axes.legend(loc="lower left")

    return draw("precision-recall", described, paint)


def reliability_figure(rows: Rows, described: str) -> Markup:
    """Each bin's share of positives, and its 95 % interval."""

    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8)
        for (name, each), (colour, dash, marker) in zip(rows.items(), STYLES, strict=False):
            predicted, observed, count = reliability(*each, BINS)
            low, high = wilson(observed, count)
            error = np.maximum([observed - low, high - observed], 0.0)  # an end may be off by a rounding error
            axes.errorbar(
                predicted, observed, error, label=name, color=colour, linestyle=dash, marker=marker, elinewidth=0.8
            )
        axes.set(xlabel="probability given", ylabel="share that is positive", ylim=(-0.02, 1.02))
        axes.legend(loc="upper left")

    return draw("reliability", described, paint)


def coverage_figure(rows: Rows, band: Band, described: str) -> Markup:
    """The model's own band is marked on the line of all rows."""

    def paint(axes: Axes) -> None:
        _lines(axes, {name: _steady(coverage_precision(*each)) for name, each in rows.items()})
        if band.precision is not None:
            axes.plot(band.coverage, band.precision, color=INK, marker="*", markersize=12, linestyle="", zorder=3)
            right = band.coverage > 0.5
            inwards: dict[str, Any] = {"xytext": (-9 if right else 9, -3), "ha": "right" if right else "left"}
            said = f"{band.precision:.1%} of {band.coverage:.0%}"
            axes.annotate(said, (band.coverage, band.precision), **BESIDE, **inwards)
        axes.set(xlabel="share of texts answered, the surest first", ylabel="share of the answers right")
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.legend(loc="lower left")

    return draw("coverage", described, paint)


def learning_figure(lines: Lines, described: str) -> Markup:
    def paint(axes: Axes) -> None:
        for (name, line), (colour, dash, marker) in zip(lines.items(), STYLES, strict=False):
            axes.plot(*line, label=name, color=colour, linestyle=dash, marker=marker)
        axes.set(xlabel="training documents", ylabel="accuracy on rows kept aside", xscale="log")
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.legend(loc="lower right")

    return draw("learning", described, paint)


def _lines(axes: Axes, lines: Lines) -> None:
    for (name, (x, y)), (colour, dash, _) in zip(lines.items(), STYLES, strict=False):
        chosen = np.unique(np.linspace(0, len(x) - 1, min(len(x), POINTS)).astype(int))
        axes.plot(x[chosen], y[chosen], label=name, color=colour, linestyle=dash)


def _steady(line: Curve) -> Curve:
    shown = line.x >= LEAST_COVERAGE
    return Curve(line.x[shown], line.y[shown])
