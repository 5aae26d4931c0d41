"""From ten thousand reviews to a million, in batches: seconds and memory must stay as they are."""

from __future__ import annotations

import functools
import sys

from benchmarks.context import Context
from benchmarks.series import Figures, ratio
from benchmarks.worker import worker

COUNTS = {"ours, 10 thousand": 10_000, "ours, 100 thousand": 100_000, "ours, 1 million": 1_000_000}


def run(context: Context) -> dict[str, float]:
    """Each count in a new process, so that none starts with the memory of another."""
    series = context.interleave({name: functools.partial(_score, context, count) for name, count in COUNTS.items()})
    few, _, many = series.values()
    return {
        "rss_1m/rss_10k": ratio(many, few, "resident MB"),
        "seconds_per_review_1m/10k": ratio(many, few, "microseconds a review"),
    }


def _score(context: Context, count: int) -> Figures:
    program = ("-m", "benchmarks.workers.growth", context.models, context.reviews_file)
    with worker(context.home / "logs" / "growth.log", sys.executable, *program) as process:
        return process.ask(str(count))
