"""The seam: all that the stream door asks of a Kafka cluster, in its own types.

Every implementation passes the same tests, in tests/contract: `kafka_python` and `confluent` against a real
broker, and `memory`, the fake that unit tests use. Whatever goes wrong with a broker is a `ServiceError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol, Self, TypeAlias

from msgspec import Struct

Headers: TypeAlias = list[tuple[str, bytes]]
Partition: TypeAlias = tuple[str, int]

TRANSACTION_BYTES = 8 << 20  # what is answered in one: the broker ends it after a minute
MOST_BYTES = "max.message.bytes"  # the topic's setting: how large a batch may be, and a record in one of its own
CLEANUP = "cleanup.policy"  # the topic's setting: whether it is compacted
TAKEN = (
    "another process has taken this one's name in the group (each needs an --instance of its own), or a batch took "
    "longer than the broker leaves a transaction open"
)


class Record(Struct, frozen=True, gc=False):
    """A record as it was read. `timestamp_ms` is -1 where the producer gave none."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int


class Reply(Struct, frozen=True, gc=False):
    """A record to write; its key decides the partition."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


class Batch(NamedTuple):
    """Records to answer together, and the group membership under which they were read.

    The membership travels with the records because a commit must be made under it. One asked for at commit
    time may be that of a later generation: the broker would accept offsets for partitions that
    another member has already read again.
    """

    records: list[Record]
    membership: object

    def next_offsets(self) -> dict[Partition, int]:
        """Where a reader goes on when the batch is done."""
        return {(r.topic, r.partition): r.offset + 1 for r in self.records}

    def parts(self) -> Iterator[Batch]:
        """The batch in parts of about TRANSACTION_BYTES of keys and values at most, in order: a transaction for each.

        Most batches are one. But records may have come compressed a thousandfold, so that neither the bytes that were
        fetched nor their number bound the work. All parts have the membership under which the batch was read.
        """
        part: list[Record] = []
        bytes_ = 0
        for record in self.records:
            own = len(record.key or b"") + len(record.value or b"")
            if part and bytes_ + own > TRANSACTION_BYTES:
                yield Batch(part, self.membership)
                part, bytes_ = [], 0
            part.append(record)
            bytes_ += own
        if part:
            yield Batch(part, self.membership)


class Outbox(Protocol):
    """Where the replies to a batch go while its transaction is open."""

    def send(self, reply: Reply) -> None: ...


class Broker(Protocol):
    """A member of a consumer group that answers what it reads, exactly once."""

    def poll(self) -> Batch:
        """Wait for records and return as soon as there are any; after the settings' wait, an empty batch."""

    def transaction(self, batch: Batch) -> AbstractContextManager[Outbox]:
        """Open a transaction for the replies to `batch`.

        Leaving normally commits the replies and the batch's offsets together, or raises `ServiceError`
        and neither is there. Leaving by an exception aborts and lets the exception through. The member has then read
        further than it has committed, so it must not poll again: whoever joins next reads the batch once more.
        """

    def lag(self) -> dict[Partition, int]:
        """How many records follow the last one polled, for each assigned partition as far as is known."""

    def reachable(self) -> bool:
        """Whether this is a member of its group, and its partitions can be read: of a poll without records nobody can
        tell. Takes about a second at most.
        """

    def leave(self) -> None:
        """Leave the group for good, so that the others take the partitions over at once. Nothing but close() follows.

        A member that closes without it is expected back: its partitions wait for it until its session ends.
        """

    def close(self) -> None: ...


class Reader(Protocol):
    """Reads committed records from all partitions of some topics, outside any group."""

    def poll(self, seconds: float) -> list[Record]:
        """Wait for records and return as soon as there are any; after `seconds`, an empty list."""

    def ahead(self) -> int:
        """How many places, not all of them records', are yet to be read of what was there when the reader was made."""

    def close(self) -> None: ...


class Sender(Protocol):
    """Writes records outside any transaction. Leaving its context waits until all are acknowledged, or raises."""

    def send(self, reply: Reply) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: object, error: object, trace: object) -> None: ...


class Publisher(Protocol):
    """Writes single records, from many threads."""

    def publish(self, reply: Reply) -> None:
        """Return once the record is acknowledged; ServiceError if it is not within some seconds."""

    def close(self) -> None: ...


class Group(NamedTuple):
    """How a worker joins: `instance` is its own name in the group, the same after a restart."""

    name: str
    instance: str
    topic: str

    @property
    def transactional_id(self) -> str:
        """This worker's alone: the length tells where the group's name ends, for either name may have hyphens."""
        return f"{self.name}-{self.instance}-{len(self.name)}"


class Topic(NamedTuple):
    """A topic to create; a replication factor of -1 is the broker's own default."""

    name: str
    partitions: int
    replication_factor: int
    settings: Mapping[str, str]


class Cluster(Protocol):
    """A Kafka cluster: opens whatever one of the doors needs."""

    def join(self, group: Group) -> Broker: ...

    def read(self, topics: Sequence[str], *, from_beginning: bool) -> Reader: ...

    def sender(self) -> Sender: ...

    def create(self, topics: Sequence[Topic]) -> list[str]:
        """Create the topics that are not there yet, wait until all can be used, return the names of the new ones."""

    def missing(self, topics: Sequence[str]) -> list[str]:
        """Those of `topics` that do not exist."""

    def configs(self, topics: Sequence[str]) -> dict[str, dict[str, str]]:
        """MOST_BYTES and CLEANUP of each of `topics`, as far as the cluster tells."""

    def knows(self, group: str, topic: str) -> bool:
        """Whether the group has committed anything of the topic. A broker forgets a group that nobody is in."""

    def waiting(self, group: str, topic: str) -> int:
        """How many records of the topic the group has yet to answer, in all partitions."""
