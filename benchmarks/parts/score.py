"""Scoring texts in memory on one core: the classifier, its peers and what the machine allows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from benchmarks.context import Context
from benchmarks.environments import InstallError, python_of
from benchmarks.series import Figures, Measure, ratio
from benchmarks.worker import WorkerError, on_one_core, worker

UNIT = "reviews/s"


class Contestant(NamedTuple):
    """A program of `benchmarks/workers/` and the pins it needs; None is this program's own environment."""

    name: str
    module: str
    pins: str | None = None


OURS = Contestant("ours", "ours")
SCORER = Contestant("scorer", "scorer")
LIMIT = Contestant("limit", "limit")
PEERS = (
    Contestant("spark", "spark_pipeline"),
    Contestant("sklearn", "hashing_vectorizer", "scikit-learn"),
    Contestant("fasttext", "fast_text", "fasttext"),
    Contestant("vw", "vowpal_wabbit", "vowpalwabbit"),
    LIMIT,
)


def run(context: Context) -> dict[str, float]:
    """All stay loaded from the first round to the last; only one at a time has something to do."""
    with ExitStack() as stack:
        measures = {contestant.name: _started(contestant, context, stack) for contestant in (OURS, SCORER, *PEERS)}
        series = context.interleave(measures)
    ratios = {f"ours/{peer.name}": ratio(series["ours"], series[peer.name], UNIT) for peer in PEERS}
    return ratios | {"scorer/limit": ratio(series["scorer"], series["limit"], UNIT)}


def _started(contestant: Contestant, context: Context, stack: ExitStack) -> Measure:
    """Start a contestant; one that can't be is measured by raising why."""
    try:
        python = python_of(contestant.pins, context.home) if contestant.pins else Path(sys.executable)
        program = on_one_core(
            python, "-m", f"benchmarks.workers.{contestant.module}", context.models, context.reviews_file
        )
        return stack.enter_context(worker(context.home / "logs" / f"{contestant.name}.log", *program)).ask
    except (InstallError, WorkerError) as error:
        return _raising(error)


def _raising(error: Exception) -> Callable[[], Figures]:
    def measure() -> Figures:
        raise error

    return measure
