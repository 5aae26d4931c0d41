"""confluent-kafka outside groups and transactions: a reader, a sender, and what the whole adapter shares."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from operator import methodcaller
from typing import Any, Self, TypeAlias, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from sentiment.errors import ServiceError
from streaming.brokers.rereading import Rereader
from streaming.brokers.seam import TAKEN, Partition, Record, Reply
from streaming.settings import Connection, Limits

START_SECONDS = 10
AGAIN_SECONDS = 0.2
NOT_YET = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE)  # of a topic that is new
FENCED = (KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.FENCED_INSTANCE_ID)  # noqa: SLF001 - its name
SEND_SECONDS = 60
READ_AT_ONCE = 10_000

T = TypeVar("T")
Options: TypeAlias = dict[str, Any]
log = logging.getLogger("confluent_kafka")

# Where a name is no UTF-8, message.headers() returns half a list with an error pending. Called from C, Python looks for
# such an error; called from Python code that has been specialised, it does not, and touching the list is the end.
headers_of = methodcaller("headers")


def failed(doing: str, error: Exception) -> ServiceError:
    return ServiceError(f"{doing} failed: {TAKEN if _is_fenced(error) else error}")


def _is_fenced(error: Exception) -> bool:
    """Of a consumer the code only says that it is for good, and the text why."""
    said = error.args[0] if error.args else None
    return isinstance(said, KafkaError) and (
        said.code() in FENCED or (said.code() == KafkaError._FATAL and "fenced" in said.str())  # noqa: SLF001
    )


@contextmanager
def broker_errors(doing: str) -> Iterator[None]:
    """Turn whatever the client raises into a ServiceError that says what was being done."""
    try:
        yield
    except KafkaException as error:
        raise failed(doing, error) from error


def once_ready(ask: Callable[[float], T], most_seconds: float) -> T:
    """Ask, each time for START_SECONDS at most, for as long as the broker is not ready for this question."""
    end = time.monotonic() + most_seconds
    while True:
        try:
            return ask(START_SECONDS)
        except KafkaException as error:
            said = error.args[0]
            if time.monotonic() > end or not (said.retriable() or said.code() in NOT_YET):
                raise
            log.warning("the broker is not ready yet, waiting for it: %s", said)
            time.sleep(AGAIN_SECONDS)


def client_options(connection: Connection) -> Options:
    """What every client is told: where the cluster is and how to be let in. The library refuses empty options."""
    options = {
        "bootstrap.servers": connection.bootstrap_servers,
        "security.protocol": connection.security_protocol,
        "sasl.mechanism": connection.sasl_mechanism,
        "sasl.username": connection.sasl_username,
        "sasl.password": connection.sasl_password,
        "ssl.ca.location": connection.ssl_cafile,
        "ssl.certificate.location": connection.ssl_certfile,
        "ssl.key.location": connection.ssl_keyfile,
    }
    return {name: value for name, value in options.items() if value is not None}


def producer_options(connection: Connection, limits: Limits) -> Options:
    """Idempotent, acknowledged by all replicas. A batch is no larger than the topics take: this client splits none."""
    return client_options(connection) | {
        "enable.idempotence": True,
        "allow.auto.create.topics": False,  # a producer's default is True, a consumer's is not
        "partitioner": "murmur2_random",  # as kafka-python and Java do, so that a key has one partition
        "message.max.bytes": limits.sent_bytes,
        "delivery.report.only.error": True,
        "linger.ms": 20,  # a flush cuts it short
        "batch.size": min(1 << 20, limits.result_bytes),
    }


def records_of(messages: Sequence[Message], connection: Connection) -> list[Record]:
    """The client's messages in the seam's terms; KafkaException if one of them is an error.

    A name that is no UTF-8 can't be had from this client: records with one are read again by another.
    """
    records = [_record_of(message) for message in messages]
    unread = [message for message, record in zip(messages, records, strict=True) if record is None]
    again = _read_again(unread, connection) if unread else {}
    return [record or again[_place(message)] for message, record in zip(messages, records, strict=True)]


def raise_refusal(messages: Sequence[Message]) -> None:
    """KafkaException if one of them is a broker's error. Those of the client itself only tell of a lost membership."""
    for message in messages:
        if (error := message.error()) and error.code() > 0:
            raise KafkaException(error)


def _record_of(message: Message) -> Record | None:
    """None where a header's name is no UTF-8."""
    if error := message.error():
        if error.code() == KafkaError._BAD_MSG:  # noqa: SLF001 - its name; only its message knows where it stands
            raise ServiceError(f"reading {'-'.join(map(str, _place(message)))} failed: {error}")
        raise KafkaException(error)
    try:
        named = headers_of(message)
    except SystemError:
        return None
    headers = [(name, b"" if value is None else value) for name, value in named] if named else []
    return Record(*_place(message), message.key(), message.value(), headers, message.timestamp()[1])


def _is_end(message: Message) -> bool:
    error = message.error()
    return error is not None and error.code() == KafkaError._PARTITION_EOF  # noqa: SLF001 - its name


def _place(message: Message) -> tuple[str, int, int]:
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    assert topic is not None and partition is not None and offset is not None  # noqa: S101, PT018 - it is no error
    return topic, partition, offset


def _read_again(messages: Iterable[Message], connection: Connection) -> dict[tuple[str, int, int], Record]:
    """By place, the records that these messages are."""
    offsets: dict[Partition, list[int]] = {}
    for topic, partition, offset in map(_place, messages):
        offsets.setdefault((topic, partition), []).append(offset)
    with closing(Rereader(connection)) as rereader:
        return {(*each, r.offset): r for each, at in offsets.items() for r in rereader.records(each, at)}


class ConfluentReader:
    """A `Reader`. Its starting point is fixed when it is made, so what is written afterwards is seen."""

    def __init__(self, connection: Connection, topics: Sequence[str], *, from_beginning: bool) -> None:
        self._connection = connection
        self._left: dict[Partition, tuple[int, int]] = {}  # where each is read next, and where it ended
        options = {
            "group.id": f"reader-{uuid.uuid4()}",  # stays unused
            "auto.offset.reset": "earliest",  # where what was to be read next has been deleted meanwhile
            "isolation.level": "read_committed",
            "check.crcs": True,
            "enable.partition.eof": True,  # the one sign of having passed what is no record at the end
        }
        with broker_errors(f"reading {', '.join(topics)} at {connection.bootstrap_servers}"):
            self._consumer = Consumer(client_options(connection) | options, logger=log)
            self._consumer.assign([self._start(t, p, from_beginning) for t in topics for p in self._partitions(t)])

    def _partitions(self, topic: str) -> list[int]:
        return list(self._consumer.list_topics(topic, START_SECONDS).topics[topic].partitions)

    def _start(self, topic: str, partition: int, from_beginning: bool) -> TopicPartition:
        place = TopicPartition(topic, partition)
        first, end = once_ready(lambda seconds: self._consumer.get_watermark_offsets(place, seconds), START_SECONDS)
        start = first if from_beginning else end
        self._left[topic, partition] = start, end
        return TopicPartition(topic, partition, start)

    def poll(self, seconds: float) -> list[Record]:
        with broker_errors("reading"):
            messages = self._consumer.consume(1, seconds)
            if messages:
                messages += self._consumer.consume(READ_AT_ONCE - 1, 0)
            ends = [message for message in messages if _is_end(message)]
            records = records_of([message for message in messages if not _is_end(message)], self._connection)
        for topic, partition, offset in (*map(_place, ends), *((r.topic, r.partition, r.offset + 1) for r in records)):
            place, end = self._left[topic, partition]
            self._left[topic, partition] = max(place, offset), end
        return records

    def ahead(self) -> int:
        return sum(max(end - place, 0) for place, end in self._left.values())

    def close(self) -> None:
        self._consumer.close()


class ConfluentSender:
    """A `Sender`: idempotent, acknowledged by all replicas."""

    def __init__(self, connection: Connection, limits: Limits) -> None:
        self._error: object = None
        options = producer_options(connection, limits) | {
            "delivery.timeout.ms": SEND_SECONDS * 1000,
            "on_delivery": self._note,
        }
        with broker_errors(f"connecting to {connection.bootstrap_servers}"):
            self._producer = Producer(options, logger=log)

    def _note(self, error: object, _: Message) -> None:
        self._error = self._error or error

    def send(self, reply: Reply) -> None:
        with broker_errors(f"sending to {reply.topic}"):
            while not self._error:
                try:
                    return self._producer.produce(reply.topic, reply.value, reply.key, headers=reply.headers)  # type: ignore[arg-type] # lists are invariant
                except BufferError:  # as much waits for the broker as may
                    self._producer.poll(1)
        raise ServiceError(f"sending failed: {self._error}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None:
                self._settle()
        finally:  # what is not acknowledged by now would keep the client's threads
            self._producer.purge()
            self._producer.poll(0)

    def _settle(self) -> None:
        unsent = self._producer.flush(SEND_SECONDS)
        if self._error or unsent:
            raise ServiceError(f"sending failed: {self._error or f'{unsent} records are not acknowledged'}")
