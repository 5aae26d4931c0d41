"""A stuck process ends. Each is a real one, for it would be pytest's own that is ended."""

from __future__ import annotations

import subprocess
import sys

import pytest

WATCHED = """
import ctypes, time
from streaming import watchdog
watchdog.STUCK_SECONDS = 0.5
with watchdog.watching() as turned:
    {inside}
time.sleep(1)
"""


def run(inside: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WATCHED.format(inside=inside)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=50)


@pytest.mark.parametrize("stuck", ["time.sleep(60)", "ctypes.PyDLL(None).sleep(60)"], ids=["waiting", "with the lock"])
def test_what_is_stuck_ends_with_1_and_says_where(stuck: str) -> None:
    ended = run(f"turned(); {stuck}")
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert 'File "<string>", line 6' in ended.stderr


def test_what_is_stuck_before_its_first_turn_ends_too() -> None:
    assert run("time.sleep(60)").returncode == 1


def test_what_turns_goes_on_and_so_does_what_is_no_longer_watched() -> None:
    ended = run("[(turned(), time.sleep(0.1)) for _ in range(10)]")
    assert (ended.returncode, ended.stderr) == (0, "")
