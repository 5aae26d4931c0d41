"""From the start of a process to its first answer, and what it holds in memory then: the classifier and Spark."""

from __future__ import annotations

import functools
import sys
import time

from benchmarks.context import Context
from benchmarks.series import Figures, ratio
from benchmarks.worker import worker

REVIEW = "A wonderful, moving film: 9/10!"
MODULES = {"ours": "one_by_ours", "spark": "one_by_spark"}
SECONDS, MEGABYTES = "seconds to the first answer", "resident MB"


def run(context: Context) -> dict[str, float]:
    """What the scorer's compilation costs is paid before, as an installation pays it (`sentiment models compile`)."""
    _start(context, MODULES["ours"])
    series = context.interleave({name: functools.partial(_start, context, module) for name, module in MODULES.items()})
    ours, spark = series["ours"], series["spark"]
    return {"spark/ours_seconds": ratio(spark, ours, SECONDS), "spark/ours_memory": ratio(spark, ours, MEGABYTES)}


def _start(context: Context, module: str) -> Figures:
    start = time.monotonic()
    program = (sys.executable, "-m", f"benchmarks.workers.{module}", context.models)
    with worker(context.home / "logs" / f"{module}.log", *program) as process:
        process.ask(REVIEW)
        return {SECONDS: time.monotonic() - start, MEGABYTES: process.held_mb()}
