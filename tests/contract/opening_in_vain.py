"""Opens one thing after another where no broker answers, and tells what each leaves behind; see `test_no_broker`.

A program of its own, for pytest keeps what is logged, and with it the sockets of the frames that it was logged in.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sentiment.errors import ServiceError
from streaming.brokers import confluent, confluent_plain, kafka_python_plain, kafka_python_publisher
from streaming.brokers.clients import open_cluster, open_publisher
from streaming.brokers.seam import Cluster, Group, Reply
from streaming.settings import Connection, Limits

NOBODY = Connection("127.0.0.1:1")
TRIES = 3


def send(cluster: Cluster) -> None:
    with cluster.sender() as sender:
        sender.send(Reply("reviews", None, b"{}", []))


OPENINGS: dict[str, Callable[[Cluster], object]] = {
    "read": lambda cluster: closing(cluster.read(["sentiment"], from_beginning=True)),
    "send": send,
    "join": lambda cluster: cluster.join(Group("group", "one", "reviews")),
    "ask for topics": lambda cluster: cluster.missing(["reviews"]),
    "ask for the lag": lambda cluster: cluster.waiting("group", "reviews"),
    "publish": lambda _: open_publisher(NOBODY).publish(Reply("feedback", None, b"{}", [])),
}


def kept() -> int:
    """Threads and open files of this process."""
    gc.collect()
    return sum(len([*Path("/proc/self", each).iterdir()]) for each in ("task", "fd"))


def attempt(cluster: Cluster, opening: Callable[[Cluster], object]) -> int:
    try:
        opening(cluster)
    except ServiceError:
        return kept()
    raise AssertionError("somebody answers")


def main(client: str) -> None:
    kafka_python_plain.START_MS = 200
    kafka_python_publisher.WAIT_SECONDS = confluent_plain.START_SECONDS = confluent_plain.SEND_SECONDS = 0.2
    confluent.JOIN_SECONDS = 0.2
    cluster = open_cluster(client, NOBODY, Limits())
    for what, opening in OPENINGS.items():
        first = attempt(cluster, opening)
        print(json.dumps([what, [attempt(cluster, opening) - first for _ in range(TRIES)]]))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
