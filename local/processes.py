"""Locks between processes and programs that outlive their starter.

A lock is held on an open file; the system lets go of it when the last process that has the file open ends, in
whatever way it ends.
"""

from __future__ import annotations

import fcntl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Starts "$@" in the background with its output in the file "$0" and tells its process id.
IN_BACKGROUND = 'exec "$@" >"$0" 2>&1 </dev/null & echo $!'


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Wait until no other process is inside a block with the same lock."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def the_only_one(lock: Path, otherwise: Exception) -> Iterator[None]:
    """The same without waiting: raise `otherwise` where another process is inside."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise otherwise from None
        yield


def is_held(lock: Path) -> bool:
    """Whether some process holds the lock now."""
    if not lock.exists():
        return False
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def detach(command: list[str], log: Path, lock: Path) -> int:
    """Run a command in the log's folder, in a session of its own, and return its pid. It holds the lock to its end."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        started = subprocess.run(
            ["sh", "-c", IN_BACKGROUND, log.name, *command],
            cwd=log.parent,
            stdout=subprocess.PIPE,
            start_new_session=True,
            pass_fds=[file.fileno()],
            check=True,
        )
    return int(started.stdout)


def comes_true(condition: Callable[[], bool], seconds: float) -> bool:
    """Ask until the answer is yes, or no longer than so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
