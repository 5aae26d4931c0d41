"""The demo's processes: each is `sentiment` itself, with a log of its own, stopped when the demo ends."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from sentiment.errors import ServiceError

START_SECONDS, STOP_SECONDS = 60, 15


@contextmanager
def running(arguments: Sequence[str], log: Path, ready: Callable[[], bool]) -> Iterator[subprocess.Popen[bytes]]:
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
    try:
        _wait(process, arguments[0], log, ready)
        yield process
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


def _wait(process: subprocess.Popen[bytes], verb: str, log: Path, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            state = "ended at once" if process.poll() is not None else f"was not ready after {START_SECONDS} s"
            last = log.read_text(errors="replace").strip().splitlines()[-3:]
            raise ServiceError(f"`sentiment {verb}` {state}; {log} ends with:\n  " + "\n  ".join(last))
        time.sleep(0.05)
