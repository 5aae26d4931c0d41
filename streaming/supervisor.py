"""Several workers on one machine: started, started again when they end, stopped together."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from threading import Event
from typing import NamedTuple

from sentiment.errors import ServiceError

LOOK_SECONDS = 0.1
STOP_SECONDS = 60.0  # for the batch at hand and the end of its transaction

log = logging.getLogger("sentiment.supervisor")


class Crew(NamedTuple):
    """How the worker of a number is started, and who wants to know of one that has ended."""

    start: Callable[[int], BaseProcess]
    ended: Callable[[BaseProcess], None]


@dataclass(frozen=True)
class Patience:
    """How long a worker that ended waits for its next start, twice as long each time, and how many starts it has.

    One that ran for `healthy_seconds` has all its starts again.
    """

    first_seconds: float = 1.0
    most_seconds: float = 30.0
    starts: int = 6
    healthy_seconds: float = 120.0


def supervise(crew: Crew, count: int, stop: Event, patience: Patience) -> None:
    """Keep `count` workers running until `stop` is set, then stop them and wait for them.

    Raises ServiceError, with all stopped, if one of them has used up its starts.
    """
    places = [Place(number, crew, patience) for number in range(1, count + 1)]
    try:
        while not _is_set_soon(stop):
            for place in places:
                place.look()
    finally:
        _stop([place.process for place in places])


def _is_set_soon(stop: Event) -> bool:
    """`stop.wait` holds a lock at times, which the handler of a signal that sets the event would wait for for ever."""
    time.sleep(LOOK_SECONDS)
    return stop.is_set()


class Place:
    """One worker's place: the last process that was started for it, and how often that was."""

    def __init__(self, number: int, crew: Crew, patience: Patience) -> None:
        self._number, self._crew, self._patience = number, crew, patience
        self._starts, self._due = 0, float("inf")
        self._begin()

    def _begin(self) -> None:
        self._starts, self._due = self._starts + 1, float("inf")
        self._began = time.monotonic()
        self.process = self._crew.start(self._number)

    def look(self) -> None:
        """Note that the process has ended, or start the next one when it is time."""
        if self._due < time.monotonic():
            self._begin()
        elif self._due == float("inf") and not self.process.is_alive():
            self._crew.ended(self.process)
            self._plan()

    def _plan(self) -> None:
        if time.monotonic() - self._began >= self._patience.healthy_seconds:
            self._starts = 0
        if self._starts == self._patience.starts:
            raise ServiceError(f"worker {self._number} ended {self._starts} times in a row; the log says why")
        seconds = min(self._patience.first_seconds * 2.0 ** max(self._starts - 1, 0), self._patience.most_seconds)
        self._due = time.monotonic() + seconds
        log.warning("worker %d ended with %s: next start in %.0f s", self._number, self.process.exitcode, seconds)


def _stop(processes: list[BaseProcess]) -> None:
    """SIGTERM to all, then SIGKILL to what is still there when the time is over."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        process.join(max(deadline - time.monotonic(), 0.0))
        if process.is_alive():
            log.warning("process %s has not stopped in %.0f s: it is killed", process.pid, STOP_SECONDS)
        process.kill()
        process.join()
