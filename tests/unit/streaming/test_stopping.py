"""What signals do to a worker."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from threading import Event

import pytest

from streaming import worker


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_comes_while_one_is_handled_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, second: signal.Signals
) -> None:
    class Interrupted(Event):
        calls = 0

        def set(self) -> None:
            self.calls += 1
            if self.calls == 1:
                os.kill(os.getpid(), second)
            super().set()

    monkeypatch.setattr(worker, "Event", Interrupted)
    stop = worker.stop_on_signal(patient=True)
    os.kill(os.getpid(), signal.SIGTERM)
    assert stop.is_set()
    assert isinstance(stop, Interrupted)
    assert stop.calls == 1
