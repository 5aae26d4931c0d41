"""A cluster in memory with the semantics that matter: partitions, groups, generations, transactions, read_committed.

It passes the contract tests that the real adapters pass, so that unit tests may use it. It never waits: a poll
that finds nothing returns at once.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from sentiment.errors import ServiceError
from streaming.brokers.memory_log import Entry, GroupState, Membership, Transaction
from streaming.brokers.seam import (
    CLEANUP,
    MOST_BYTES,
    TAKEN,
    Batch,
    Broker,
    Group,
    Outbox,
    Partition,
    Reader,
    Record,
    Reply,
    Sender,
    Topic,
)

DEFAULTS = {MOST_BYTES: "1048588", CLEANUP: "delete"}  # Kafka's own


class MemoryCluster:
    """A `Cluster` whose topics are lists."""

    def __init__(self, most_records: int = 500) -> None:
        self.most_records = most_records
        self._topics: dict[str, list[list[Entry]]] = {}
        self._configs: dict[str, dict[str, str]] = {}
        self._groups: dict[str, GroupState] = {}

    def join(self, group: Group) -> Broker:
        state = self._groups.setdefault(group.name, GroupState())
        if before := state.members.get(group.instance):
            before.fence()
        return MemoryBroker(self, state, group)

    def read(self, topics: Sequence[str], *, from_beginning: bool) -> Reader:
        return MemoryReader(self, topics, from_beginning=from_beginning)

    def sender(self) -> Sender:
        return MemorySender(self)

    def create(self, topics: Sequence[Topic]) -> list[str]:
        new = [topic for topic in topics if topic.name not in self._topics]
        self._topics |= {topic.name: [[] for _ in range(topic.partitions)] for topic in new}
        self._configs |= {topic.name: {**DEFAULTS, **topic.settings} for topic in new}
        return [topic.name for topic in new]

    def missing(self, topics: Sequence[str]) -> list[str]:
        return [topic for topic in topics if topic not in self._topics]

    def configs(self, topics: Sequence[str]) -> dict[str, dict[str, str]]:
        return {topic: self._configs[topic] for topic in topics}

    def knows(self, group: str, topic: str) -> bool:
        return any(name == topic for name, _ in self._groups.get(group, GroupState()).committed)

    def waiting(self, group: str, topic: str) -> int:
        committed = self._groups.get(group, GroupState()).committed
        return sum(self.end(partition) - committed.get(partition, 0) for partition in self.partitions(topic))

    def partitions(self, topic: str) -> list[Partition]:
        return [(topic, number) for number in range(len(self._topics[topic]))]

    def write(self, reply: Reply, transaction: Transaction) -> None:
        if reply.topic not in self._topics:
            raise ServiceError(f"sending to {reply.topic} failed: there is no such topic")
        logs = self._topics[reply.topic]
        spread = sum(map(len, logs)) if reply.key is None else zlib.crc32(reply.key)
        number = spread % len(logs)
        position, now = len(logs[number]), int(time.time() * 1000)
        record = Record(reply.topic, number, position, reply.key, reply.value, reply.headers, now)
        logs[number].append(Entry(record, transaction))

    def end(self, partition: Partition) -> int:
        return len(self._topics[partition[0]][partition[1]])

    def committed_end(self, partition: Partition) -> int:
        """Where a reader comes to at most: the first record of a transaction that is open, or the end."""
        log = self._topics[partition[0]][partition[1]]
        return next((n for n, entry in enumerate(log) if entry.transaction.state == "open"), len(log))

    def take(self, positions: dict[Partition, int], most: int) -> list[Record]:
        """Up to `most` committed records from `positions`, which move on; nothing behind an open transaction."""
        taken: list[Record] = []
        for partition, position in positions.items():
            for entry in self._topics[partition[0]][partition[1]][position:]:
                if entry.transaction.state == "open" or len(taken) == most:
                    break
                positions[partition] += 1
                if entry.transaction.state == "committed":
                    taken.append(entry.record)
        return taken


class MemoryBroker:
    """A `Broker`. It joins with its first poll, and learns of a rebalance with its next."""

    def __init__(self, cluster: MemoryCluster, state: GroupState, group: Group) -> None:
        self._cluster, self._state, self._group = cluster, state, group
        self._generation = 0
        self._positions: dict[Partition, int] = {}
        self._open: Transaction | None = None
        self._fenced = False

    def poll(self) -> Batch:
        self._rejoin()
        records = self._cluster.take(self._positions, self._cluster.most_records)
        return Batch(records, Membership(self, self._generation))

    def _rejoin(self) -> None:
        state = self._state
        if self._fenced:
            raise ServiceError(f"reading reviews failed: {TAKEN}")
        if self._group.instance not in state.members:
            state.generation += 1
            state.members[self._group.instance] = self
        if self._generation != state.generation:
            self._generation = state.generation
            place, of = sorted(state.members).index(self._group.instance), len(state.members)
            mine = self._cluster.partitions(self._group.topic)[place::of]
            self._positions = {partition: state.committed.get(partition, 0) for partition in mine}

    @contextmanager
    def transaction(self, batch: Batch) -> Iterator[Outbox]:
        transaction = self._open = Transaction()
        try:
            yield MemoryOutbox(self._cluster, transaction)
            if self._fenced:
                raise ServiceError(f"committing a transaction failed: {TAKEN}")
            if batch.membership != self._membership() or transaction.state != "open":
                raise ServiceError("committing a transaction failed: the batch's membership is no longer the group's")
        except BaseException:
            transaction.state = "aborted"
            raise
        self._state.committed |= batch.next_offsets()
        transaction.state = "committed"

    def _membership(self) -> Membership:
        member = self._state.members.get(self._group.instance)
        return Membership(member or self, self._state.generation)

    def fence(self) -> None:
        """Another process has taken this one's name: what it left open is undone, and it commits no more."""
        self._fenced = True
        del self._state.members[self._group.instance]
        self._state.generation += 1
        if self._open and self._open.state == "open":
            self._open.state = "aborted"

    def lag(self) -> dict[Partition, int]:
        return {partition: self._cluster.end(partition) - place for partition, place in self._positions.items()}

    def reachable(self) -> bool:
        return True

    def leave(self) -> None:
        if self._state.members.get(self._group.instance) is self:
            del self._state.members[self._group.instance]
            self._state.generation += 1

    def close(self) -> None:
        """A static member stays in its group; a restart of the same name replaces it."""


class MemoryOutbox:
    """An `Outbox` that writes under an open transaction."""

    def __init__(self, cluster: MemoryCluster, transaction: Transaction) -> None:
        self._cluster, self._transaction = cluster, transaction

    def send(self, reply: Reply) -> None:
        self._cluster.write(reply, self._transaction)


class MemoryReader:
    """A `Reader`."""

    def __init__(self, cluster: MemoryCluster, topics: Sequence[str], *, from_beginning: bool) -> None:
        self._cluster = cluster
        partitions = [partition for topic in topics for partition in cluster.partitions(topic)]
        self._ends = {p: cluster.committed_end(p) for p in partitions}
        self._positions = {p: 0 if from_beginning else cluster.end(p) for p in partitions}

    def poll(self, seconds: float) -> list[Record]:
        return self._cluster.take(self._positions, self._cluster.most_records)

    def ahead(self) -> int:
        return sum(max(end - self._positions[each], 0) for each, end in self._ends.items())

    def close(self) -> None:
        """Nothing is held."""


class MemorySender:
    """A `Sender`."""

    def __init__(self, cluster: MemoryCluster) -> None:
        self._cluster = cluster

    def send(self, reply: Reply) -> None:
        self._cluster.write(reply, Transaction("committed"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """All is written already."""


class MemoryPublisher:
    """A `Publisher`."""

    def __init__(self, cluster: MemoryCluster) -> None:
        self._cluster = cluster

    def publish(self, reply: Reply) -> None:
        self._cluster.write(reply, Transaction("committed"))

    def close(self) -> None:
        """Nothing is held."""
