"""What is opened while no broker answers leaves nothing behind: the page tries again for hours."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from streaming.settings import CLIENTS
from tests.contract.opening_in_vain import OPENINGS, TRIES


@pytest.mark.skipif(sys.platform != "linux", reason="counts by /proc")
@pytest.mark.parametrize("client", CLIENTS)
def test_what_fails_to_open_leaves_no_thread_and_no_file(client: str) -> None:
    command = [sys.executable, "-m", "tests.contract.opening_in_vain", client]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [[what, [0] * TRIES] for what in OPENINGS]
