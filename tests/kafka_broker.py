"""A real broker for the tests that need one: the one that is named, else one in a container, else one of our own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from local import broker
from local.jars import Software, prepare
from tests import kafka_container

PROJECT = Path(__file__).parent.parent


def shared_software() -> Software:
    """Java and Kafka's jars in the project's own folder, fetched once for all tests."""
    home = Path(os.environ.get("SENTIMENT_HOME", PROJECT / ".local"))
    mirror = os.environ.get("SENTIMENT_IVY_SETTINGS")
    return prepare(home, Path(mirror) if mirror else None)


@cache
def why_no_container() -> str | None:
    """Asked once a run, for the answer may take a download."""
    return kafka_container.why_not()


def which_broker() -> str:
    """Where the tests of this run find a broker, in words."""
    if given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        return f"the broker at {given}"
    if reason := why_no_container():
        return f"a broker of this machine, for {reason}"
    return f"a broker in a container of {kafka_container.IMAGE}"


@contextmanager
def some_broker() -> Iterator[str]:
    """Bootstrap servers of an empty Kafka, stopped and removed at the end; of the one that is named, where one is."""
    if given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield given
    elif why_no_container():
        with own_broker() as servers:
            yield servers
    else:
        with kafka_container.KafkaContainer() as container:
            yield container.servers


@contextmanager
def own_broker() -> Iterator[str]:
    """One without a container, on a free port."""
    with tempfile.TemporaryDirectory(prefix="kafka-") as folder:
        try:
            yield broker.start(Path(folder), shared_software(), port=0).address
        finally:
            broker.stop(Path(folder))
