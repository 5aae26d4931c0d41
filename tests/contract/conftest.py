"""Every implementation of the seam, each with topics and a group of its own. The real ones need Java for a broker."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

import pytest

from streaming.brokers.clients import open_cluster
from streaming.brokers.confluent import ConfluentCluster
from streaming.brokers.memory import MemoryCluster
from streaming.brokers.seam import Batch, Broker, Cluster, Group, Reader, Record, Reply, Topic
from streaming.settings import CLIENTS, Connection, Limits

PATIENCE_SECONDS = 30.0


@dataclass
class World:
    """A cluster, a topic to read and one to answer to, a group; and what the tests say about them."""

    cluster: Cluster
    stack: ExitStack
    any_bytes: Cluster  # the same through a client that reads and writes header names of any bytes
    name: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def __post_init__(self) -> None:
        self.reviews, self.results = f"reviews-{self.name}", f"results-{self.name}"
        self.cluster.create([Topic(name, 2, 1, {}) for name in (self.reviews, self.results)])

    def use_one_partition(self) -> None:
        """Of a new topic of reviews, for what must come in one order, or to one member alone."""
        self.reviews = f"one-{self.name}"
        self.cluster.create([Topic(self.reviews, 1, 1, {})])

    def join(self, instance: str = "one") -> Broker:
        broker = self.cluster.join(Group(f"group-{self.name}", instance, self.reviews))
        self.stack.enter_context(closing(broker))
        return broker

    def send(self, *values: str) -> None:
        with self.cluster.sender() as sender:
            for value in values:
                sender.send(Reply(self.reviews, value.encode(), value.encode(), []))

    def echo(self, record: Record) -> Reply:
        return Reply(self.results, record.key, record.value, record.headers)

    def answer(self, broker: Broker, batch: Batch) -> None:
        with broker.transaction(batch) as outbox:
            for record in batch.records:
                outbox.send(self.echo(record))

    def answers(self, at_least: int) -> list[str]:
        """The values of the committed results, once there are `at_least` so many; more that follow soon count."""
        with closing(self.cluster.read([self.results], from_beginning=True)) as reader:
            found = read(reader, at_least) + reader.poll(0.5)
        return sorted((record.value or b"").decode() for record in found)


def waiting() -> Iterator[None]:
    """Turns of a loop that waits for something; a test fails that has waited for too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        yield
        time.sleep(0.01)
    pytest.fail("waited in vain")


def read(reader: Reader, at_least: int) -> list[Record]:
    """At least so many records."""
    found: list[Record] = []
    for _ in waiting():
        if len(found) >= at_least:
            break
        found += reader.poll(0.2)
    return found


def poll_all(broker: Broker, at_least: int) -> list[Batch]:
    """Batches with so many records altogether, none of them empty; partitions may come one after the other."""
    batches: list[Batch] = []
    for _ in waiting():
        if sum(len(batch.records) for batch in batches) >= at_least:
            break
        batches.append(broker.poll())
    return [batch for batch in batches if batch.records]


def poll(broker: Broker) -> Batch:
    """The first batch that is not empty."""
    return poll_all(broker, 1)[0]


def poll_together(brokers: list[Broker], enough: Callable[[list[list[Batch]]], bool]) -> list[list[Batch]]:
    """Poll each broker in a thread of its own, as a rebalance needs, until the batches of each are `enough`."""
    seen: list[list[Batch]] = [[] for _ in brokers]
    stop = threading.Event()

    def poll_on(broker: Broker, batches: list[Batch]) -> None:
        while not stop.is_set():
            if (batch := broker.poll()).records:
                batches.append(batch)

    with ThreadPoolExecutor() as pool:
        polling = [pool.submit(poll_on, *pair) for pair in zip(brokers, seen, strict=True)]
        try:
            for _ in waiting():
                if enough(seen):
                    break
        finally:
            stop.set()
        for future in polling:
            future.result()
    return seen


def values(*batches: Batch) -> list[str]:
    return sorted((record.value or b"").decode() for batch in batches for record in batch.records)


@pytest.fixture(params=["memory", *CLIENTS])
def cluster(request: pytest.FixtureRequest) -> Cluster:
    if request.param == "memory":
        return MemoryCluster()
    servers = request.getfixturevalue("bootstrap_servers")
    return open_cluster(request.param, Connection(bootstrap_servers=servers), Limits(batch_records=500))


@pytest.fixture
def world(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[World]:
    any_bytes = cluster
    if isinstance(cluster, ConfluentCluster):
        any_bytes = open_cluster("kafka-python", Connection(request.getfixturevalue("bootstrap_servers")), Limits())
    with ExitStack() as stack:
        yield World(cluster, stack, any_bytes)
