"""The child's side of `benchmarks.worker`: a line on standard output when ready, and one for each line read.

Runs in the peers' environments too, so it needs the standard library alone.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

AT_LEAST = 0.5  # seconds that one measurement of a rate takes


def answer(measure: Callable[[str], dict[str, float]]) -> None:
    """Say that this is ready, then answer each question, until there are no more."""
    # What libraries print must not stand between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    print("{}", file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(measure(line.strip())), file=answers, flush=True)


def answer_rates(score: Callable[[], object], reviews: int, prepare: Callable[[], object] = lambda: None) -> None:
    """Answer by reviews a second; `score` scores so many of them. `prepare` is called before, and not timed."""

    def once() -> float:
        prepare()
        start = time.perf_counter()
        score()
        return time.perf_counter() - start

    once()  # the first time is not the usual one

    def measure(_: str) -> dict[str, float]:
        seconds, rounds = 0.0, 0
        while seconds < AT_LEAST:
            seconds += once()
            rounds += 1
        return {"reviews/s": rounds * reviews / seconds}

    answer(measure)


def resident_mb() -> float:
    """What this process holds in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
