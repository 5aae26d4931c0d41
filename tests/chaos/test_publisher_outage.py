"""A broker that is away holds nobody up for long, and is used again once it is back."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from local import broker
from sentiment.errors import ServiceError
from streaming.brokers.kafka_python import KafkaPythonCluster
from streaming.brokers.kafka_python_publisher import WAIT_SECONDS, WAITING, KafkaPythonPublisher
from streaming.brokers.seam import Reply, Topic
from streaming.settings import Connection
from tests.kafka_broker import shared_software

TOPIC = "reviews.feedback"
BACK_SECONDS = 30


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    broker.stop(tmp_path)


def outcome(publisher: KafkaPythonPublisher, value: str) -> str:
    """What came of publishing a value, and never later than it may."""
    started = time.monotonic()
    try:
        publisher.publish(Reply(TOPIC, b"1", value.encode(), []))
    except ServiceError:
        return "refused"
    finally:
        assert time.monotonic() - started < 4 * WAIT_SECONDS + 1
    return "kept"


# kafka-python leaves the sockets of failed connections to the garbage collector, which is heard to close them.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_publisher_outlives_its_broker(home: Path) -> None:
    running = broker.start(home, shared_software(), port=0)
    connection = Connection(bootstrap_servers=running.address)
    KafkaPythonCluster(connection).create([Topic(TOPIC, 1, 1, {})])
    with closing(KafkaPythonPublisher(connection)) as publisher, closing(KafkaPythonPublisher(connection)) as late:
        assert outcome(publisher, "before") == "kept"
        broker.stop(home)
        with ThreadPoolExecutor(2 * WAITING) as pool:
            assert set(pool.map(outcome, [publisher, late] * WAITING, ["away"] * 2 * WAITING)) == {"refused"}
        broker.start(home, shared_software(), port=int(running.address.rpartition(":")[2]))
        for one in (publisher, late):
            deadline = time.monotonic() + BACK_SECONDS
            while outcome(one, "back") != "kept":
                assert time.monotonic() < deadline
    gc.collect()
