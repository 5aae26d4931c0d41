"""A server is waited for until it has nothing left to do."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import measuring

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked at in /proc")


def started(program: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", program], start_new_session=True)


def test_what_is_left_to_do_is_waited_for_in_all_processes_of_a_session() -> None:
    work = "import time; until = time.monotonic() + 2\nwhile time.monotonic() < until: pass"
    child = f"import subprocess, sys, time; subprocess.run([sys.executable, '-c', {work!r}]); time.sleep(60)"
    begin = time.monotonic()
    with started(child) as process:
        try:
            measuring.settle(process.pid)
            assert process.poll() is None
            assert time.monotonic() - begin >= 2
        finally:
            process.kill()


def test_one_that_never_ends_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "PATIENCE", 1.5)
    with started("while True: pass") as process:
        try:
            with pytest.raises(measuring.RunError, match="still busy after 2 s"):
                measuring.settle(process.pid)
        finally:
            process.kill()
