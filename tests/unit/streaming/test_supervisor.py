"""Workers that end are started again, up to a limit; all stop together. The workers here are small real processes."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest

from sentiment.errors import ServiceError
from streaming import watchdog
from streaming.supervisor import Crew, Patience, Place, supervise

IMPATIENT = Patience(first_seconds=0.01, most_seconds=0.02, starts=3)


def fail(log: Path) -> None:
    begin(log)
    sys.exit(1)


def go_on(log: Path) -> None:
    begin(log)
    time.sleep(60)


def fail_once(log: Path) -> None:
    begin(log)
    if log.read_text().count("begun") > 1:
        time.sleep(60)
    sys.exit(1)


def hang_once(log: Path) -> None:
    begin(log)
    watchdog.STUCK_SECONDS = 0.2 if log.read_text().count("begun") == 1 else 60
    with watchdog.watching():
        time.sleep(60)


def end_slowly(log: Path) -> None:
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    begin(log)
    while not stop.wait(0.01):
        pass
    time.sleep(0.5)


def never_end(log: Path) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    go_on(log)


def begin(log: Path) -> None:
    with log.open("a") as lines:
        lines.write("begun\n")


@dataclass
class Started:
    """All the processes that a crew has started, by the worker's number, and the logs that they write to."""

    folder: Path
    targets: dict[int, Callable[[Path], None]]
    processes: list[BaseProcess] = field(default_factory=list)
    ended: list[BaseProcess] = field(default_factory=list)

    def crew(self) -> Crew:
        return Crew(self.start, self.ended.append)

    def start(self, number: int) -> BaseProcess:
        target = self.targets[number]
        process = multiprocessing.get_context("spawn").Process(target=target, args=(self.log(number),), daemon=True)
        process.start()
        self.processes.append(process)
        return process

    def log(self, number: int) -> Path:
        return self.folder / f"{number}.log"


def test_a_worker_that_ends_is_started_again_and_all_stop_together(tmp_path: Path) -> None:
    started, stop = Started(tmp_path, {1: fail_once, 2: go_on}), Event()
    supervisor = Thread(target=supervise, args=(started.crew(), 2, stop, IMPATIENT))
    supervisor.start()
    deadline = time.monotonic() + 30
    while sum(log.read_text().count("begun") for log in tmp_path.glob("*.log")) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.set()
    supervisor.join(30)
    assert [started.log(number).read_text().count("begun") for number in (1, 2)] == [2, 1]
    assert [process.exitcode for process in started.ended] == [1]
    assert not any(process.is_alive() for process in started.processes)


def test_a_worker_that_hangs_is_started_again(tmp_path: Path) -> None:
    started, stop = Started(tmp_path, {1: hang_once}), Event()
    supervisor = Thread(target=supervise, args=(started.crew(), 1, stop, IMPATIENT))
    supervisor.start()
    deadline = time.monotonic() + 30
    while (
        not started.log(1).is_file() or started.log(1).read_text().count("begun") < 2
    ) and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.set()
    supervisor.join(30)
    assert [process.exitcode for process in started.ended] == [1]


def stop_once_begun(started: Started) -> None:
    """Supervise one worker, and stop it as soon as it has begun."""
    stop = Event()
    supervisor = Thread(target=supervise, args=(started.crew(), 1, stop, IMPATIENT))
    supervisor.start()
    deadline = time.monotonic() + 30
    while not started.log(1).is_file() and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.set()
    supervisor.join(30)


def test_a_worker_that_is_told_to_stop_has_time_to(tmp_path: Path) -> None:
    started = Started(tmp_path, {1: end_slowly})
    stop_once_begun(started)
    assert [process.exitcode for process in started.processes] == [0]


def test_a_worker_that_does_not_stop_is_killed_and_the_log_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("streaming.supervisor.STOP_SECONDS", 0.5)
    started = Started(tmp_path, {1: never_end})
    stop_once_begun(started)
    (process,) = started.processes
    assert process.exitcode == -signal.SIGKILL
    assert f"process {process.pid} has not stopped" in caplog.text


def test_a_worker_that_ends_again_and_again_ends_them_all(tmp_path: Path) -> None:
    started = Started(tmp_path, {1: go_on, 2: fail})
    with pytest.raises(ServiceError, match="worker 2 ended 3 times in a row"):
        supervise(started.crew(), 2, Event(), IMPATIENT)
    assert len(started.processes) == 4
    assert not any(process.is_alive() for process in started.processes)


@dataclass
class Imagined:
    """A worker that runs for so long, by a clock of the test's own."""

    clock: SimpleNamespace
    until: float
    exitcode: int = 1

    def is_alive(self) -> bool:
        return bool(self.clock.now < self.until)


def starts(runs: list[float], patience: Patience, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When a place starts workers that run for so many seconds, looked at twice a second until it gives up."""
    clock, begun, left = SimpleNamespace(now=0.0), list[float](), iter(runs)
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr("streaming.supervisor.time", clock)

    def start(_: int) -> Any:
        begun.append(clock.now)
        return Imagined(clock, clock.now + next(left))

    def watch(place: Place) -> None:
        while True:
            clock.now += 0.5
            place.look()

    with pytest.raises(ServiceError, match=f"worker 1 ended {patience.starts} times in a row"):
        watch(Place(1, Crew(start, lambda _: None), patience))
    return begun


def test_each_start_waits_twice_as_long_up_to_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    patience = Patience(first_seconds=1.0, most_seconds=3.0, starts=5)
    assert starts([0.0] * 5, patience, monkeypatch) == [0.0, 2.0, 5.0, 9.0, 13.0]


def test_a_worker_that_ran_for_long_has_all_its_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    patience = Patience(first_seconds=1.0, starts=2, healthy_seconds=100.0)
    assert starts([100.0, 0.0, 100.0, 0.0, 0.0], patience, monkeypatch) == [0.0, 101.5, 103.5, 205.0, 207.0]
