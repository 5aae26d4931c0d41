"""The command line as a container's first process, to which the system gives no signal that it does not ask for."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from cli.main import main

PID = os.getpid()


@pytest.fixture(autouse=True)
def _handler() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_sigterm_ends_a_containers_first_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 1)
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["--version"])
    with pytest.raises(SystemExit, match=r"^143$"):
        os.kill(PID, signal.SIGTERM)


def test_any_other_process_keeps_what_it_does_on_sigterm() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["--version"])
    assert signal.getsignal(signal.SIGTERM) == before
