"""A real broker for the tests that need one: the one named by KAFKA_BOOTSTRAP_SERVERS, else one of our own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import broker
from local.jars import Software, prepare

PROJECT = Path(__file__).parent.parent


def shared_software() -> Software:
    """Java and Kafka's jars in the project's own folder, fetched once for all tests."""
    home = Path(os.environ.get("SENTIMENT_HOME", PROJECT / ".local"))
    mirror = os.environ.get("SENTIMENT_IVY_SETTINGS")
    return prepare(home, Path(mirror) if mirror else None)


@contextmanager
def local_broker() -> Iterator[str]:
    """Bootstrap servers of a Kafka that is empty, listens on a free port and is stopped and removed at the end."""
    given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="kafka-") as folder:
        try:
            yield broker.start(Path(folder), shared_software(), port=0).address
        finally:
            broker.stop(Path(folder))
