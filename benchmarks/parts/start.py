"""From the start of a process to its first answer, and what it holds in memory then: the classifier and Spark."""

from __future__ import annotations

import functools
import subprocess
import sys
import time

from benchmarks.context import Context
from benchmarks.series import Figures, ratio
from benchmarks.worker import worker

REVIEW = "A wonderful, moving film: 9/10!"
SECONDS, MEGABYTES = "seconds to the first answer", "MB, proportional set size"


def run(context: Context) -> dict[str, float]:
    series = context.interleave(
        {"ours": functools.partial(_ours, context), "spark": functools.partial(_start, context, "one_by_spark")}
    )
    ours, spark = series["ours"], series["spark"]
    return {"spark/ours_seconds": ratio(spark, ours, SECONDS), "spark/ours_memory": ratio(spark, ours, MEGABYTES)}


def _ours(context: Context) -> Figures:
    """The scorer is compiled before, once for all starts; where that is done already, this takes nothing."""
    subprocess.run([sys.executable, "-m", "cli", "models", "compile"], check=True, capture_output=True)
    return _start(context, "one_by_ours")


def _start(context: Context, module: str) -> Figures:
    start = time.monotonic()
    program = (sys.executable, "-m", f"benchmarks.workers.{module}", context.models)
    with worker(context.home / "logs" / f"{module}.log", *program) as process:
        process.ask(REVIEW)
        return {SECONDS: time.monotonic() - start, MEGABYTES: process.held_mb()}
