"""kafka-python outside groups and transactions: a reader, a sender, and what the whole adapter shares."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any, Self

from kafka import KafkaConsumer, KafkaProducer
from kafka.cluster import ClusterMetadata
from kafka.errors import (
    FencedInstanceIdError,
    InvalidProducerEpochError,
    KafkaError,
    KafkaTimeoutError,
    ProducerFencedError,
    UnknownError,
)
from kafka.structs import TopicPartition

from sentiment.errors import ServiceError
from streaming.brokers import timeout
from streaming.brokers.opening import opened, undone_if_it_fails
from streaming.brokers.seam import TAKEN, Record, Reply
from streaming.settings import Connection, Limits

START_MS = 10_000
RECONNECT_MS = 1000  # the longest pause between two attempts; the client's own is 30 s, half a minute after an outage
SEND_SECONDS = 60
# kafka-python 3.0 buffers without bound, so a sender waits for the broker after this many records.
UNACKNOWLEDGED = 10_000

FENCED = (FencedInstanceIdError, InvalidProducerEpochError, ProducerFencedError)

# What a broker does that does not let a client in; the client may or may not have read why.
DISCONNECTED = ": do KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_* and KAFKA_SSL_* fit the broker?"

# kafka-python 3.0 does not pass a client's own `allow_auto_create_topics` on to what asks the broker for topics.
ClusterMetadata.DEFAULT_CONFIG["allow_auto_create_topics"] = False


class Attempts(logging.Handler):
    """Why attempts to connect failed: kafka-python logs it, and then only says that none succeeded."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.reasons: dict[str, None] = {}  # each once, in the order they came

    def emit(self, record: logging.LogRecord) -> None:
        if told := re.match(r"Bootstrap connection to \S+ failed: (.*) \(backoff ", record.getMessage()):
            hint = DISCONNECTED if "disconnected" in told[1] else ""
            self.reasons[told[1] + hint] = None


ATTEMPTS = Attempts()  # hears of them from `clients`, where the client's loggers are set


@contextmanager
def broker_errors(doing: str) -> Iterator[None]:
    """Turn whatever the client raises into a ServiceError that says what was being done."""
    ATTEMPTS.reasons.clear()
    try:
        yield
    except KafkaError as error:
        why = f" ({'; '.join(ATTEMPTS.reasons)})" if isinstance(error, KafkaTimeoutError) and ATTEMPTS.reasons else ""
        said = TAKEN if isinstance(error, FENCED) else f"{error}{why}"
        raise ServiceError(f"{doing} failed: {said}") from error


def client_options(connection: Connection) -> dict[str, Any]:
    """What consumer, producer and admin client are all told: where the cluster is and how to be let in."""
    return {
        "bootstrap_servers": [server.strip() for server in connection.bootstrap_servers.split(",")],
        "bootstrap_timeout_ms": START_MS,
        "reconnect_backoff_max_ms": RECONNECT_MS,
        "security_protocol": connection.security_protocol,
        "sasl_mechanism": connection.sasl_mechanism,
        "sasl_plain_username": connection.sasl_username,
        "sasl_plain_password": connection.sasl_password,
        "ssl_cafile": connection.ssl_cafile,
        "ssl_certfile": connection.ssl_certfile,
        "ssl_keyfile": connection.ssl_keyfile,
    }


def record_of(read: Any) -> Record:
    """The client's record in the seam's terms. A header without a value can't be sent on, so it becomes empty."""
    headers = [(name, b"" if value is None else value) for name, value in read.headers] if read.headers else []
    return Record(read.topic, read.partition, read.offset, read.key, read.value, headers, read.timestamp)


def batch_size(limits: Limits) -> int:
    """What records are gathered to: no more than the topics take, which is a whole batch's size, and not a record's.

    Enough for all replies to a poll, for once one batch is full, the client wakes its thread at every send.
    """
    return min(1 << 20, limits.result_bytes)


def send(producer: KafkaProducer, reply: Reply) -> Any:
    """Hand a record to the producer; returns its future. The client refuses a record with neither key nor value."""
    value = b"" if reply.key is None and reply.value is None else reply.value
    try:
        return producer.send(reply.topic, value, reply.key, reply.headers)
    except KafkaError as error:
        raise ServiceError(f"sending to {reply.topic} failed: {error}") from error


def settle(producer: KafkaProducer, sent: Iterable[Any], seconds: float) -> None:
    """Wait until all that was sent is acknowledged, or raise the first failure.

    Where the broker refuses a batch as too large, the client splits it, and a flush fails or ends before the parts are
    done; so each record that is not acknowledged by then is waited for.
    """
    end = time.monotonic() + seconds
    with suppress(UnknownError):  # of a flush: a batch was split
        producer.flush(seconds)
    for future in sent:
        if not future.succeeded():
            future.get(timeout=max(0.0, end - time.monotonic()))


def within(seconds: float, act: Callable[[], None]) -> None:
    """Run what has no timeout of its own; kafka-python waits for ever for the end of a transaction."""
    try:
        timeout.within(seconds, act)
    except TimeoutError as error:
        raise KafkaTimeoutError(f"no answer in {seconds:.0f} seconds") from error


def knows(connection: Connection, group: str, topic: str) -> bool:
    """Whether the group has a commit on any partition."""
    with _asking(connection, group, topic) as (consumer, partitions):
        return any(place is not None for place in _commits(consumer, partitions).values())


def waiting(connection: Connection, group: str, topic: str) -> int:
    """The distance from the group's commits to the topic's end."""
    with _asking(connection, group, topic) as (consumer, partitions):
        first, end = (ask(partitions, START_MS) for ask in (consumer.beginning_offsets, consumer.end_offsets))
        done = _commits(consumer, partitions)
    return sum(end[each] - (first[each] if place is None else place) for each, place in done.items())


def _commits(consumer: KafkaConsumer, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int | None]:
    return {each: consumer.committed(each, timeout_ms=START_MS) for each in partitions}


@contextmanager
def _asking(connection: Connection, group: str, topic: str) -> Iterator[tuple[KafkaConsumer, list[TopicPartition]]]:
    """A consumer that only asks: it does not join its group. And the topic's partitions."""
    options = client_options(connection) | {"group_id": group, "enable_auto_commit": False}
    with closing(opened(KafkaConsumer, **options)) as consumer:
        yield consumer, [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]


class KafkaPythonReader:
    """A `Reader`. Its starting point is fixed when it is made, so what is written afterwards is seen."""

    def __init__(self, connection: Connection, topics: Sequence[str], *, from_beginning: bool) -> None:
        with broker_errors(f"reading {', '.join(topics)} at {connection.bootstrap_servers}"):
            self._consumer = opened(
                KafkaConsumer,
                **client_options(connection),
                isolation_level="read_committed",
                auto_offset_reset="earliest",  # where what was to be read next has been deleted meanwhile
                enable_auto_commit=False,
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )
            with undone_if_it_fails(self._consumer.close):
                self._ends = self._started(topics, from_beginning=from_beginning)

    def _started(self, topics: Sequence[str], *, from_beginning: bool) -> dict[TopicPartition, int]:
        """Go to where reading starts; returns where each partition ends, of what is committed."""
        partitions = [TopicPartition(t, p) for t in topics for p in self._consumer.partitions_for_topic(t)]
        self._consumer.assign(partitions)
        place = self._consumer.seek_to_beginning if from_beginning else self._consumer.seek_to_end
        place(*partitions)
        for partition in partitions:
            self._consumer.position(partition, timeout_ms=START_MS)
        ends: dict[TopicPartition, int] = self._consumer.end_offsets(partitions, timeout_ms=START_MS)
        return ends

    def poll(self, seconds: float) -> list[Record]:
        with broker_errors("reading"):
            polled = self._consumer.poll(int(seconds * 1000))
        return [record_of(r) for records in polled.values() for r in records]

    def ahead(self) -> int:
        with broker_errors("reading"):
            places = {each: self._consumer.position(each, timeout_ms=0) or 0 for each in self._ends}
        return sum(max(end - places[each], 0) for each, end in self._ends.items())

    def close(self) -> None:
        self._consumer.close()


class KafkaPythonSender:
    """A `Sender`: idempotent, acknowledged by all replicas."""

    def __init__(self, connection: Connection, limits: Limits) -> None:
        self._unacknowledged: list[Any] = []
        with broker_errors(f"connecting to {connection.bootstrap_servers}"):
            self._producer = opened(
                KafkaProducer,
                **client_options(connection),
                enable_idempotence=True,
                acks="all",
                max_block_ms=START_MS,
                delivery_timeout_ms=SEND_SECONDS * 1000,
                max_request_size=limits.sent_bytes,
                allow_auto_create_topics=False,
                batch_size=batch_size(limits),
                linger_ms=20,
                metrics_enabled=False,
            )

    def send(self, reply: Reply) -> None:
        self._unacknowledged.append(send(self._producer, reply))
        if len(self._unacknowledged) == UNACKNOWLEDGED:
            self._settle()

    def _settle(self) -> None:
        with broker_errors("sending"):
            settle(self._producer, self._unacknowledged, SEND_SECONDS)
        self._unacknowledged.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None:
                self._settle()
        finally:
            self._producer.close(timeout=1)
