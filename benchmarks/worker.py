"""A contestant that lives in a process of its own and is measured whenever it is asked."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import end_session, held_kb
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

    def held_mb(self) -> float:
        """What the process and all that it started hold in memory now."""
        return held_kb(self._process.pid) / 1024

    def _answer(self) -> Figures:
        line = self._answers.readline()
        if not line:
            said = self._log.read_text().strip() or f"ended with exit code {self._process.wait()}"
            raise WorkerError(said.rsplit("\n", 1)[-1][:300])
        figures: Figures = json.loads(line)
        return figures


def on_one_core(*command: str | Path) -> list[str]:
    """The command, kept to one core."""
    return ["taskset", "--cpu-list", str(max(os.sched_getaffinity(0))), *map(str, command)]


@contextlib.contextmanager
def worker(log: Path, *command: str | Path) -> Iterator[Worker]:
    """Start a worker, whose libraries use one thread each; leaving ends it and all that it started."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as errors:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=os.environ | ONE_THREAD,
            start_new_session=True,
        )
    try:
        yield Worker(process, log)
    finally:
        end_session(process.pid)
        process.communicate()
