"""Run a program and say how long it took and how much memory it and all that it started held at most."""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from llvmlite.binding import get_host_cpu_name

INTERVAL = 0.5  # seconds between two looks at the memory
LIMIT = 3600.0  # seconds after which a program is taken to hang
PATIENCE = 30.0  # seconds that a server may go on after its last client is gone
IDLE = 0.05  # of a core, that a server uses which has nothing to do
PROC = Path("/proc")


class Usage(NamedTuple):
    """Wall-clock seconds, and the peak of the proportional set size in MB (None where there is no /proc)."""

    seconds: float
    peak_mb: int | None


def machine() -> dict[str, str | int | None]:
    """What figures depend on; the processor's kind by LLVM's name for it, such as znver3."""
    about = {"system": platform.platform(), "processor": get_host_cpu_name(), "python": platform.python_version()}
    return {**about, "cpus": os.cpu_count()}


class RunError(Exception):
    """The program failed or took too long; the message is the last line it wrote, or the limit."""


def run(log: Path, *command: str | Path) -> Usage:
    """Run a command to its end, with all output in `log`; RunError if it fails or hangs.

    The program and its children have a session of their own, by which they are found and, whatever happens, ended.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    start, peak = time.monotonic(), 0
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            while process.poll() is None:
                peak = max(peak, held_kb(process.pid))
                if time.monotonic() - start > LIMIT:
                    raise RunError(f"took more than {LIMIT:.0f} s")
                time.sleep(INTERVAL)
        finally:
            end_session(process.pid)
            process.kill()
            process.wait()
    if process.returncode:
        raise RunError((log.read_text().strip() or f"exit code {process.returncode}").rsplit("\n", 1)[-1][:300])
    return Usage(round(time.monotonic() - start, 1), round(peak / 1024) if PROC.is_dir() else None)


def _members(session: int) -> list[Path]:
    """The /proc folders of the session's processes."""
    members = []
    for folder in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()  # a name may hold spaces
            if int(fields[3]) == session:
                members.append(folder)
    return members


def held_kb(session: int) -> int:
    """What the session's processes hold in memory, each shared page counted once."""
    total = 0
    for folder in _members(session):
        with contextlib.suppress(OSError):
            lines = (folder / "smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def settle(session: int) -> None:
    """Wait until the session's processes have nothing left to do; RunError if that does not come."""
    deadline, before = time.monotonic() + PATIENCE, _used_ticks(session)
    while time.monotonic() < deadline:
        time.sleep(INTERVAL)
        now = _used_ticks(session)
        if now - before <= IDLE * INTERVAL * os.sysconf("SC_CLK_TCK"):
            return
        before = now
    raise RunError(f"still busy after {PATIENCE:.0f} s")


def _used_ticks(session: int) -> int:
    """The processor time that the session's processes have used, in the system's ticks."""
    total = 0
    for folder in _members(session):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))  # in user's code, in the system's, and of children that have ended
    return total


def end_session(session: int) -> None:
    """End what is left of the session: of a program that ended by itself, nothing."""
    for folder in _members(session):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(folder.name), signal.SIGKILL)
