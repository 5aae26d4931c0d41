"""A contestant that lives in a process of its own, on one core, and is measured whenever it is asked."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.series import Figures

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


class WorkerError(Exception):
    """The process ended; the message is the last line that it wrote to its log."""


class Worker:
    """The parent's side; `benchmarks.workers.answering` is the child's."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        assert process.stdin and process.stdout  # noqa: S101, PT018 - both are pipes
        self._process, self._log = process, log
        self._questions, self._answers = process.stdin, process.stdout
        self._answer()  # it is ready

    def ask(self, question: str = "") -> Figures:
        """Have it measure once; the figures that it answers with."""
        with contextlib.suppress(BrokenPipeError):  # then there is no answer either
            self._questions.write(f"{question}\n")
            self._questions.flush()
        return self._answer()

    def _answer(self) -> Figures:
        line = self._answers.readline()
        if not line:
            said = self._log.read_text().strip() or f"ended with exit code {self._process.wait()}"
            raise WorkerError(said.rsplit("\n", 1)[-1][:300])
        figures: Figures = json.loads(line)
        return figures


@contextlib.contextmanager
def worker(log: Path, *command: str | Path) -> Iterator[Worker]:
    """A worker on one core and with one thread; leaving ends it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    core = max(os.sched_getaffinity(0))
    with log.open("w") as errors:
        process = subprocess.Popen(
            ["taskset", "--cpu-list", str(core), *map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=os.environ | ONE_THREAD,
        )
    try:
        yield Worker(process, log)
    finally:
        process.kill()
        process.communicate()
