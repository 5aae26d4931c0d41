"""Dead letters: a record as it came and why it has no result; reading them back, and sending them once more."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

from msgspec.structs import replace

from sentiment.errors import ServiceError
from streaming.brokers.seam import Batch, Broker, Cluster, Headers, Partition, Record, Reply
from streaming.messages import Reason, Rejection, position, size
from streaming.reading import STALLED_SECONDS, stored

ORIGIN = "__connect.errors."  # Kafka Connect's names for what it says of a dead letter
REASON, REPLAY = "sentiment.reason", "sentiment.replay"
OURS = (
    *(ORIGIN + name for name in ("topic", "partition", "offset", "stage", "class.name")),
    *(ORIGIN + name for name in ("exception.class.name", "exception.message")),
    REASON,
)
TOO_LARGE: Reason = "record_too_large"  # of a dead letter without its record
UNKNOWN = "unknown"  # the reason of a record that somebody else has put there
JOIN_SECONDS = 10.0  # after which a member of which nothing else tells is taken to have its partitions


class DeadLetter(NamedTuple):
    """`place` and `origin` are topic-partition-offset of the dead letter and of the record that it was."""

    place: str
    origin: str
    reason: str
    detail: str
    record: Record


class Replayed(NamedTuple):
    """How many dead letters were sent again, how many were not, and the places of those too large to be sent."""

    sent: int
    passed_over: int
    too_large: tuple[str, ...] = ()


def dead_letter(record: Record, topic: str, rejection: Rejection) -> Reply:
    """The record as it came, and behind its headers those that Kafka Connect gives a dead letter and the reason.

    Of a record that is too large for that there are those headers alone: they say where it stands.
    """
    if rejection.reason == TOO_LARGE:
        record = replace(record, key=None, value=None, headers=[])
    stage = "KAFKA_PRODUCE" if rejection.reason in ("result_too_large", TOO_LARGE) else "VALUE_CONVERTER"
    kind, place = f"{Rejection.__module__}.Rejection", (record.topic, str(record.partition), str(record.offset))
    said = (*place, stage, __name__, kind, rejection.detail, rejection.reason)
    ours = [(name, text.encode()) for name, text in zip(OURS, said, strict=True)]
    return Reply(topic, record.key, record.value, record.headers + ours)


def read_dead_letter(record: Record) -> DeadLetter:
    """What a record of the dead-letter topic says of itself. Never raises, whatever the headers."""
    said = {str(name): value.decode(errors="replace") for name, value in record.headers}
    origin = "-".join(said.get(f"{ORIGIN}{part}", "?") for part in ("topic", "partition", "offset"))
    detail = said.get(f"{ORIGIN}exception.message", "")
    return DeadLetter(position(record), origin, said.get(REASON, UNKNOWN), detail, record)


def dead_letters(cluster: Cluster, topic: str) -> Generator[DeadLetter]:
    """Those that are there now, the oldest of each partition first."""
    with closing(stored(cluster, [topic])) as records:
        yield from map(read_dead_letter, records)


def as_it_came(record: Record, topic: str, run: str) -> Reply:
    """The record that a dead letter was, byte for byte; one header names the run that sends it again."""
    theirs = _without_ours(record.headers)
    if theirs and theirs[-1][0] == REPLAY:  # of an earlier run, which put it there
        del theirs[-1]
    return Reply(topic, record.key, record.value, [*theirs, (REPLAY, run.encode())])


def _without_ours(headers: Headers) -> Headers:
    """The sender's: of each name that is ours, the last was put there by us. Without a reason, none was."""
    ours = set(OURS) if any(name == REASON for name, _ in headers) else set()
    theirs: Headers = []
    for header in reversed(headers):
        if header[0] in ours:
            ours.remove(header[0])
        else:
            theirs.insert(0, header)
    return theirs


class Target(NamedTuple):
    """The topic that dead letters are sent to, and the most bytes that it takes as one record."""

    topic: str
    most_bytes: int


def replay(
    broker: Broker, target: Target, chosen: Callable[[DeadLetter], bool], idle_seconds: float
) -> Iterator[Replayed]:
    """Send the dead letters that the group has not been through yet to a topic, each exactly once, a batch at a time.

    Those that are not chosen, don't hold their record or are too large count as done for the group. What comes back
    while this runs is left for another run. Ends after `idle_seconds` without anything to do, in which the cluster
    has answered; ServiceError where it does not.
    """
    run, returned = uuid.uuid4().hex, set[Partition]()
    joining = quiet_since = answered = time.monotonic()
    joined = False
    while True:
        batch = broker.poll()
        due = _due(batch.records, run, returned)
        for part in Batch(due, batch.membership).parts():
            again, too_large = _again(part.records, target, chosen, run)
            with broker.transaction(part) as outbox:
                for reply in again:
                    outbox.send(reply)
            yield Replayed(len(again), len(part.records) - len(again), too_large)
        now = time.monotonic()
        if due or not joined:
            quiet_since = answered = now
        elif broker.reachable():
            answered = now
        else:
            quiet_since = now  # a cluster that does not answer is not silent
        if now - answered > STALLED_SECONDS:
            raise ServiceError(f"the dead letters' topic has not answered for {STALLED_SECONDS:.0f} s: run it again")
        joined = joined or bool(batch.records or broker.lag()) or now - joining > JOIN_SECONDS
        if joined and now - quiet_since >= idle_seconds:
            return


def _again(
    due: Sequence[Record], target: Target, chosen: Callable[[DeadLetter], bool], run: str
) -> tuple[list[Reply], tuple[str, ...]]:
    """What to send, and the places of the chosen that are too large for it."""
    again, too_large = [], []
    for letter in map(read_dead_letter, due):
        if letter.reason != TOO_LARGE and chosen(letter):
            reply = as_it_came(letter.record, target.topic, run)
            if size(reply) <= target.most_bytes:
                again.append(reply)
            else:
                too_large.append(letter.place)
    return again, tuple(too_large)


def _due(records: Sequence[Record], run: str, returned: set[Partition]) -> list[Record]:
    """Those before the first of their partition that this very run has sent and that came back."""
    due = []
    for record in records:
        partition = record.topic, record.partition
        if (REPLAY, run.encode()) in record.headers:
            returned.add(partition)
        if partition not in returned:
            due.append(record)
    return due
