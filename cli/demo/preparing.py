"""What the demo needs before a review can flow: a model, reviews that it has not seen, a broker, a port."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from cli.demo import showing
from cli.demo.reviews import HeldOut, read_held_out
from cli.demo.services import STOP_SECONDS
from cli.files import read_rows
from local import broker as local_broker
from local.jars import prepare
from sentiment import versions
from sentiment.errors import ModelError, SentimentError, SettingError
from sentiment.folder import read_manifest
from sentiment.manifest import Manifest

QUICK = ("--penalty", "100")  # no search, so that the first run is short
STARTER_ROWS = 1_000  # of each file, where no reviews were held out
STARTER_DATA = ("data/imdb-train.parquet", "data/allocine-train.parquet")


class Model(NamedTuple):
    """The model in use, reviews to send, what is known of them, and whether it had to be trained."""

    manifest: Manifest
    reviews: list[HeldOut]
    known: str
    cold: bool


def prepare_model(models: Path, home: Path) -> Model:
    """The current model, or one trained now on the starter data."""
    try:
        version, cold = versions.current(models), False
    except ModelError:
        version, cold = _train(models, home), True
    manifest, path = read_manifest(models / version), _held_out_path(home, version)
    if path.is_file():
        return Model(manifest, read_held_out(path), "reviews held out from training", cold)
    return Model(manifest, _starter_reviews(), "starter reviews, which this model may have been trained on", cold)


def _starter_reviews() -> list[HeldOut]:
    _require_starter_data()
    rows = (row for name in STARTER_DATA for row in itertools.islice(read_rows(name), STARTER_ROWS))
    reviews = [HeldOut(row["text"], row["label"]) for row in rows]
    return sorted(reviews, key=lambda review: crc32(review.text.encode()))  # mixed, for few of them are shown


def _require_starter_data() -> None:
    if missing := [name for name in STARTER_DATA if not Path(name).is_file()]:
        raise SettingError(f"{', '.join(missing)} not found: run the demo in the project's folder")


def _train(models: Path, home: Path) -> str:
    _require_starter_data()
    showing.step("No model yet: training one on the starter data (about two minutes on two cores)")
    fresh = home / "demo" / "held-out.jsonl"
    inputs = [word for name in STARTER_DATA for word in ("--input", name)]
    command = [sys.executable, "-m", "cli", "train", *inputs, "--output", str(models), "--held-out", str(fresh), *QUICK]
    if _run(command):
        raise SentimentError("training failed; its messages are above")
    version = versions.current(models)
    fresh.rename(_held_out_path(home, version))
    return version


def _run(command: list[str]) -> int:
    """The command's exit code; interrupted, it has some time to end well."""
    process = subprocess.Popen(command)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)  # where the terminal has not sent it to all
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        process.kill()
        raise


def _held_out_path(home: Path, version: str) -> Path:
    return home / "demo" / f"held-out-{version}.jsonl"


class RunningBroker(NamedTuple):
    address: str
    cold: bool


@contextmanager
def broker(home: Path) -> Iterator[RunningBroker]:
    """The project's own broker: started unless it runs, and stopped at the end only if it was started here."""
    folder = home / "kafka"
    cold = not (folder / "libs").is_dir()
    if cold:
        showing.step("No Kafka yet: fetching its jars (43 MB)")
    settings = os.environ.get("SENTIMENT_IVY_SETTINGS")
    software = prepare(home, Path(settings) if settings else None)
    found = local_broker.status(folder)
    running = found or local_broker.start(folder, software)
    try:
        yield RunningBroker(running.address, cold)
    finally:
        if not found:
            local_broker.stop(folder)


def free_port(wanted: int) -> int:
    """The port, if nobody listens there, or one that the system gives."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise SettingError("no free port on this machine")
