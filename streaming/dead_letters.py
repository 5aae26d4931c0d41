"""Dead letters: a record as it came and why it has no result; reading them back, and sending them once more."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

from streaming.brokers.seam import Batch, Broker, Cluster, Headers, Partition, Record, Reply
from streaming.messages import Reason, Rejection, position
from streaming.reading import follow

ORIGIN = "__connect.errors."  # Kafka Connect's names for what it says of a dead letter
REASON, REPLAY = "sentiment.reason", "sentiment.replay"
TOO_LARGE: Reason = "record_too_large"  # of a dead letter without its record
UNKNOWN = "unknown"  # the reason of a record that somebody else has put there
SKEW_MS = 60_000  # by which clocks may differ
JOIN_SECONDS = 10.0  # after which a member of which nothing else tells is taken to have its partitions


class DeadLetter(NamedTuple):
    """`place` and `origin` are topic-partition-offset of the dead letter and of the record that it was."""

    place: str
    origin: str
    reason: str
    detail: str
    record: Record


class Replayed(NamedTuple):
    """How many dead letters were sent again, and how many were read and not chosen."""

    sent: int
    passed_over: int


def dead_letter(record: Record, topic: str, rejection: Rejection) -> Reply:
    """The record as it came, with the headers that Kafka Connect gives a dead letter and the reason.

    Of a record that is too large for that there are those headers alone: they say where it stands.
    """
    if rejection.reason == TOO_LARGE:
        record = record._replace(key=None, value=None, headers=[])
    stage = "KAFKA_PRODUCE" if rejection.reason in ("result_too_large", TOO_LARGE) else "VALUE_CONVERTER"
    ours = {
        f"{ORIGIN}topic": record.topic,
        f"{ORIGIN}partition": str(record.partition),
        f"{ORIGIN}offset": str(record.offset),
        f"{ORIGIN}stage": stage,
        f"{ORIGIN}class.name": __name__,
        f"{ORIGIN}exception.class.name": f"{Rejection.__module__}.Rejection",
        f"{ORIGIN}exception.message": rejection.detail,
        REASON: rejection.reason,
    }
    theirs = [header for header in record.headers if header[0] not in ours]
    return Reply(topic, record.key, record.value, theirs + [(name, text.encode()) for name, text in ours.items()])


def read_dead_letter(record: Record) -> DeadLetter:
    """What a record of the dead-letter topic says of itself. Never raises, whatever the headers."""
    said = {str(name): value.decode(errors="replace") for name, value in record.headers}
    origin = "-".join(said.get(f"{ORIGIN}{part}", "?") for part in ("topic", "partition", "offset"))
    detail = said.get(f"{ORIGIN}exception.message", "")
    return DeadLetter(position(record), origin, said.get(REASON, UNKNOWN), detail, record)


def dead_letters(cluster: Cluster, topic: str, idle_seconds: float) -> Generator[DeadLetter]:
    """Those that are there now, the oldest of each partition first; ends when no more have come for `idle_seconds`."""
    latest_ms = time.time() * 1000 + SKEW_MS
    records = follow(cluster, [topic], from_beginning=True, idle_seconds=idle_seconds, latest_ms=latest_ms)
    with closing(records):
        yield from map(read_dead_letter, records)


def as_it_came(record: Record, topic: str, run: str) -> Reply:
    """The record that a dead letter was, byte for byte; one header names the run that sends it again."""
    theirs: Headers = [
        header for header in record.headers if not header[0].startswith(ORIGIN) and header[0] not in (REASON, REPLAY)
    ]
    return Reply(topic, record.key, record.value, [*theirs, (REPLAY, run.encode())])


def replay(broker: Broker, topic: str, chosen: Callable[[DeadLetter], bool], idle_seconds: float) -> Iterator[Replayed]:
    """Send the dead letters that the group has not been through yet to `topic`, each exactly once, a batch at a time.

    Those that are not chosen, or don't hold their record, count as done for the group. What comes back while this runs
    is left for another run. Ends after `idle_seconds` without anything to do.
    """
    run, returned = uuid.uuid4().hex, set[Partition]()
    joining = quiet_since = time.monotonic()
    joined = False
    while True:
        batch = broker.poll()
        due = _due(batch.records, run, returned)
        if due:
            letters = [read_dead_letter(record) for record in due]
            again = [
                as_it_came(letter.record, topic, run)
                for letter in letters
                if letter.reason != TOO_LARGE and chosen(letter)
            ]
            with broker.transaction(Batch(due, batch.membership)) as outbox:
                for reply in again:
                    outbox.send(reply)
            yield Replayed(len(again), len(due) - len(again))
        now = time.monotonic()
        if due or not joined:
            quiet_since = now
        joined = joined or bool(batch.records or broker.lag()) or now - joining > JOIN_SECONDS
        if joined and now - quiet_since >= idle_seconds:
            return


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
