"""The workers of `sentiment serve`: whose figures are told, and how they end."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.unit.api.serving import REVIEW, STOP_SECONDS, ask, get, listens, serving, wait_until


def with_figures(folder: Path) -> int:
    """How many workers have told which model they have; the file begins with how much of it is in use."""
    return sum(any(file.read_bytes()[:4]) for file in folder.glob("sentiment-metrics-*/gauge_livemax_*.db"))


def test_the_figures_of_all_workers_are_added_up_and_leave_no_files(models: Path, tmp_path: Path) -> None:
    with serving(models, "--workers", "2", TMPDIR=str(tmp_path)) as running:
        assert wait_until(lambda: with_figures(tmp_path) == 2)
        for _ in range(40):  # each on a connection of its own, so that both workers get some
            assert ask(running, REVIEW)[0] == 200
        told = get(running, "/metrics")
        assert 'sentiment_http_requests_total{route="/predict",status="200"} 40.0' in told
        assert "sentiment_probability_count 40.0" in told
        assert re.search(r'sentiment_model_info\{.*version="tiny-1".*\} 1\.0\n', told)
        running.process.terminate()
        assert running.process.wait(timeout=STOP_SECONDS) == 0
        assert list(tmp_path.iterdir()) == []


def test_one_worker_alone_keeps_its_figures_without_files_and_ends_with_its_parent(
    models: Path, tmp_path: Path
) -> None:
    with serving(models, "--workers", "1", TMPDIR=str(tmp_path)) as running:
        for _ in range(3):
            assert ask(running, REVIEW)[0] == 200
        told = get(running, "/metrics")
        assert 'sentiment_http_requests_total{route="/predict",status="200"} 3.0' in told
        assert "sentiment_probability_count 3.0" in told
        assert list(tmp_path.iterdir()) == []
        running.process.kill()
        assert wait_until(lambda: not listens(running))


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_cleanly_and_silently(models: Path, stop: signal.Signals) -> None:
    with on_hangup(signal.SIG_DFL), serving(models, "--workers", "2") as running:
        assert ask(running, REVIEW)[0] == 200
        running.process.send_signal(stop)
        output, error = running.process.communicate(timeout=STOP_SECONDS)
        assert (running.process.returncode, output, error) == (0, "", "")
        assert not listens(running)


def test_under_nohup_it_outlives_its_terminal(models: Path) -> None:
    with on_hangup(signal.SIG_IGN), serving(models) as running:
        running.process.send_signal(signal.SIGHUP)
        time.sleep(1)
        assert ask(running, REVIEW)[0] == 200


@contextmanager
def on_hangup(handler: signal.Handlers) -> Iterator[None]:
    """What processes do that are started meanwhile, for they inherit it."""
    before = signal.signal(signal.SIGHUP, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_request_under_way_is_still_answered_after_sigterm(models: Path) -> None:
    with serving(models) as running, closing(running.connect()) as connection:
        connection.putrequest("POST", "/predict")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(REVIEW)))
        connection.endheaders(REVIEW[:10])
        time.sleep(0.3)  # so that the server has begun to read it
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.send(REVIEW[10:])
        assert connection.getresponse().status == 200
        assert running.process.wait(timeout=STOP_SECONDS) == 0


def test_workers_end_and_tidy_up_when_their_parent_is_killed(models: Path, tmp_path: Path) -> None:
    with serving(models, "--workers", "2", TMPDIR=str(tmp_path)) as running:
        assert listens(running)
        running.process.kill()
        assert wait_until(lambda: not listens(running))
        assert wait_until(lambda: list(tmp_path.iterdir()) == [])
