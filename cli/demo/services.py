"""The demo's processes: each is `sentiment` itself, with a log of its own, stopped when the demo ends."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from sentiment.errors import ServiceError

START_SECONDS, STOP_SECONDS = 60, 15


class Service(NamedTuple):
    """`sentiment VERB`, which should not end before it is told to."""

    verb: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """ServiceError, with what it said last, if it has ended."""
        if self.process.poll() is not None:
            raise self.problem(f"has ended with {self.process.returncode}")

    def problem(self, what: str) -> ServiceError:
        last = self.log.read_text(errors="replace").strip().splitlines()[-3:]
        return ServiceError(f"`sentiment {self.verb}` {what}; {self.log} ends with:\n  " + "\n  ".join(last))


@contextmanager
def running(arguments: Sequence[str], log: Path, ready: Callable[[], bool]) -> Iterator[Service]:
    """Run `sentiment ARGUMENTS` until the context is left; entered once it is `ready`.

    Its own session keeps the terminal's Ctrl-C from it: the demo decides the order in which things stop.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    service = Service(arguments[0], process, log)
    try:
        _wait(service, ready)
        yield service
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and make it end where it does not."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def log_has(log: Path, words: bytes) -> Callable[[], bool]:
    return lambda: words in log.read_bytes()


def answers(url: str) -> Callable[[], bool]:
    """Whether a GET of the address gives 200."""

    def check() -> bool:
        try:
            with urlopen(url, timeout=2) as response:  # noqa: S310 - the demo's own address
                return bool(response.status == 200)
        except (URLError, OSError):
            return False

    return check


def _wait(service: Service, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        service.check()
        if time.monotonic() > deadline:
            raise service.problem(f"was not ready after {START_SECONDS} s")
        time.sleep(0.05)
