"""What is opened while no broker answers fails and leaves nothing behind: the page tries again for hours."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sentiment.errors import ServiceError
from streaming.brokers import confluent_plain, kafka_python_plain, kafka_python_publisher
from streaming.brokers.clients import open_cluster, open_publisher
from streaming.brokers.seam import Cluster, Group, Reply
from streaming.settings import CLIENTS, Connection, Limits

NOBODY = Connection("127.0.0.1:1")
TRIES = 3


def kept(*_: object) -> int:
    """Threads and open files of this process."""
    gc.collect()
    return sum(len([*Path("/proc/self", each).iterdir()]) for each in ("task", "fd"))


def send(cluster: Cluster) -> None:
    with cluster.sender() as sender:
        sender.send(Reply("reviews", None, b"{}", []))


def read(cluster: Cluster) -> None:
    with closing(cluster.read(["sentiment"], from_beginning=True)):
        pytest.fail("there is nobody to read from")


OPENINGS: dict[str, Callable[[Cluster], object]] = {
    "read": read,
    "send": send,
    "join": lambda cluster: cluster.join(Group("group", "one", "reviews")),
    "ask for topics": lambda cluster: cluster.missing(["reviews"]),
    "ask for the lag": lambda cluster: cluster.waiting("group", "reviews"),
    "publish": lambda _: open_publisher(NOBODY).publish(Reply("feedback", None, b"{}", [])),
}


@pytest.mark.skipif(sys.platform != "linux", reason="counts by /proc")
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("what", OPENINGS)
def test_what_fails_to_open_leaves_no_thread_and_no_file(
    client: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_python_plain, "START_MS", 200)
    monkeypatch.setattr(kafka_python_publisher, "WAIT_SECONDS", 0.2)
    for name, seconds in (("START_SECONDS", 0.2), ("SEND_SECONDS", 0.2)):
        monkeypatch.setattr(confluent_plain, name, seconds)
    if client == "confluent":
        monkeypatch.setattr("streaming.brokers.confluent.JOIN_SECONDS", 0.2)
    cluster = open_cluster(client, NOBODY, Limits())

    def attempt() -> int:
        with pytest.raises(ServiceError):
            OPENINGS[what](cluster)
        return kept()

    first = attempt()
    assert [attempt() for _ in range(TRIES)] == [first] * TRIES
