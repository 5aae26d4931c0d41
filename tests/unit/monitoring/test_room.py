"""A full disk is found out at a worker's start, and ends none that works."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitoring import room
from sentiment.errors import ServiceError
from tests.tiny import write_tiny_model

ALL_FIGURES = """
import sys
from pathlib import Path
from prometheus_client import CollectorRegistry
from api.metrics import Metrics
from monitoring.room import take_room
from sentiment import Classifier
from streaming.brokers.seam import Record
from streaming.metrics import StreamMetrics

take_room()
classifier = Classifier.load(Path(sys.argv[1]))
served = Metrics(classifier)
served.count_request("/predict", 200, 0.001)
StreamMetrics(classifier, CollectorRegistry()).polled({("reviews", 0): 7})
sys.stdout.buffer.write(served.text())
"""

ORPHAN = """
import multiprocessing
import os
import time
from monitoring.room import when_orphaned

def work():
    when_orphaned(lambda: (print("orphaned", flush=True), os._exit(0)))
    print("working", flush=True)
    time.sleep(60)

if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=work, daemon=True).start()
    time.sleep(60)
"""


def test_all_figures_have_their_room_from_the_start(tmp_path: Path) -> None:
    model, folder = write_tiny_model(tmp_path), tmp_path / "figures"
    folder.mkdir()
    command = [sys.executable, "-c", ALL_FIGURES, str(model)]
    told = subprocess.run(command, env=os.environ | {room.FIGURES: str(folder)}, check=True, capture_output=True)
    assert b'sentiment_http_requests_total{route="/predict",status="200"} 1.0' in told.stdout
    assert b'sentiment_consumer_lag_messages{partition="0",topic="reviews"} 7.0' in told.stdout
    assert {file.name.rpartition("_")[0] for file in folder.iterdir()} == set(room.KINDS)
    for file in folder.iterdir():
        assert file.stat().st_size == room.BYTES
        assert file.stat().st_blocks * 512 >= room.BYTES, f"{file.name} has holes"


def test_a_full_disk_is_told_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setenv(room.FIGURES, str(tmp_path))
    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(ServiceError, match=r"no room for figures in .*: No space left on device"):
        room.take_room()


def test_one_worker_alone_has_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(room.FIGURES, raising=False)
    monkeypatch.chdir(tmp_path)
    room.take_room()
    assert list(tmp_path.iterdir()) == []


def test_a_worker_whose_parent_is_killed_removes_their_folder_and_then_acts(tmp_path: Path) -> None:
    program, folder = tmp_path / "orphan.py", tmp_path / "figures"
    program.write_text(ORPHAN)
    folder.mkdir()
    (folder / "counter_1.db").touch()
    environment = os.environ | {room.FIGURES: str(folder)}
    with subprocess.Popen([sys.executable, program], env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "working\n"
        parent.kill()
        assert parent.stdout.read() == "orphaned\n"
    assert not folder.exists()
