"""Room on the disk for the files in which workers share their figures, taken at the start.

The Prometheus client writes to them as to memory, and makes them without taking any room: a worker would be ended by
SIGBUS in the middle of a request or a batch, at the first figure that finds the disk full.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from sentiment.errors import ServiceError

FIGURES = "PROMETHEUS_MULTIPROC_DIR"  # the variable by which the client is told to keep figures in files, and where
KINDS = "counter", "histogram", "gauge_livemax", "gauge_livemin", "gauge_livemostrecent"  # the client's names
BYTES = 1 << 17  # some three times what all routes and statuses take; the client takes a file as large as it finds it


def take_room() -> None:
    """Before this process's first figure, where there is a folder for them. ServiceError if there is no room."""
    if not (folder := os.environ.get(FIGURES)) or not hasattr(os, "posix_fallocate"):
        return
    try:
        for kind in KINDS:
            _make(Path(folder, f"{kind}_{os.getpid()}.db"))
    except OSError as error:
        raise ServiceError(f"no room for figures in {folder}: {error.strerror}; make some, or set TMPDIR") from error


def _make(file: Path) -> None:
    """By a rename, for another worker may be reading all that there are."""
    new = file.with_suffix(".new")
    with new.open("wb") as opened:
        os.posix_fallocate(opened.fileno(), 0, BYTES)
    new.rename(file)


def when_orphaned(act: Callable[[], None]) -> None:
    """Have a worker do this once its parent was killed, which then can neither stop it nor remove their folder."""
    Thread(target=_outlive, args=(act,), daemon=True).start()


def _outlive(act: Callable[[], None]) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        if folder := os.environ.get(FIGURES):
            shutil.rmtree(folder, ignore_errors=True)
        act()
