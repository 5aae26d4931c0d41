"""The adapter for kafka-python: a worker's consumer and transactional producer, and the way to open all the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError
from kafka.structs import ConsumerGroupMetadata, OffsetAndMetadata, TopicPartition

from sentiment.errors import ServiceError
from streaming.brokers import kafka_python_plain as plain
from streaming.brokers.header_names import accept_any
from streaming.brokers.kafka_python_plain import broker_errors, client_options, record_of
from streaming.brokers.leaving import leave
from streaming.brokers.seam import MOST_BYTES, Batch, Broker, Group, Outbox, Partition, Reader, Reply, Sender, Topic
from streaming.settings import Connection, Limits

CLOSE_SECONDS = 5
ASK_SECONDS = 1
COMMIT_SECONDS = 30  # for each of a commit's three steps; the broker itself ends a transaction after 60
RETRY_MILLISECONDS = 10  # after which a transaction is tried again that the broker was still too busy for (0033)


class KafkaPythonCluster:
    """A `Cluster` over kafka-python. Opens nothing until asked."""

    def __init__(self, connection: Connection, limits: Limits | None = None) -> None:
        self._connection = connection
        self._limits = limits or Limits()
        accept_any()

    def join(self, group: Group) -> Broker:
        with broker_errors(f"joining group {group.name} at {self._connection.bootstrap_servers}"):
            producer = self._transactional_producer(group)
            try:
                consumer = self._consumer(group)
                leaving = partial(leave, self._connection, group)
                return KafkaPythonBroker(consumer, producer, self._limits, leaving)
            except BaseException:
                producer.close(CLOSE_SECONDS)
                raise

    def read(self, topics: Sequence[str], *, from_beginning: bool) -> Reader:
        return plain.KafkaPythonReader(self._connection, topics, from_beginning=from_beginning)

    def sender(self) -> Sender:
        return plain.KafkaPythonSender(self._connection, self._limits)

    def create(self, topics: Sequence[Topic]) -> list[str]:
        with self._admin("creating topics") as admin:
            existing = set(admin.list_topics())
            new = {topic.name: _creation(topic) for topic in topics if topic.name not in existing}
            if new:
                with suppress(TopicAlreadyExistsError):  # another worker was first
                    admin.create_topics(new)
            admin.wait_for_topics([topic.name for topic in topics])
            return list(new)

    def missing(self, topics: Sequence[str]) -> list[str]:
        with self._admin("listing topics") as admin:
            existing = set(admin.list_topics())
        return [topic for topic in topics if topic not in existing]

    def room(self, topics: Sequence[str]) -> dict[str, int]:
        with self._admin("asking for the topics' settings") as admin:
            asked = [ConfigResource(ConfigResourceType.TOPIC, topic, [MOST_BYTES]) for topic in topics]
            told = admin.describe_configs(asked, config_filter="all").get("topic", {})
        return {topic: int(settings[MOST_BYTES]["value"]) for topic, settings in told.items() if MOST_BYTES in settings}

    def knows(self, group: str, topic: str) -> bool:
        with broker_errors(f"asking for the commits of group {group} at {self._connection.bootstrap_servers}"):
            return plain.knows(self._connection, group, topic)

    def waiting(self, group: str, topic: str) -> int:
        with broker_errors(f"asking for the lag of group {group} at {self._connection.bootstrap_servers}"):
            return plain.waiting(self._connection, group, topic)

    @contextmanager
    def _admin(self, doing: str) -> Iterator[KafkaAdminClient]:
        with (
            broker_errors(f"{doing} at {self._connection.bootstrap_servers}"),
            closing(KafkaAdminClient(**client_options(self._connection))) as admin,
        ):
            yield admin

    def _consumer(self, group: Group) -> KafkaConsumer:
        """A static member: a restart takes its partitions back at once, a second process of its name is refused."""
        consumer = KafkaConsumer(
            group.topic,
            **client_options(self._connection),
            group_id=group.name,
            group_instance_id=group.instance,
            isolation_level="read_committed",  # also what makes a new owner wait for pending offsets
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            fetch_max_bytes=self._limits.batch_bytes,
            max_partition_fetch_bytes=self._limits.batch_bytes,
            metrics_enabled=False,
        )
        # A leader of the group that does not know the topic yet would hand out nothing and rebalance at once.
        consumer.partitions_for_topic(group.topic)
        return consumer

    def _transactional_producer(self, group: Group) -> KafkaProducer:
        """Its first act ends the transaction that a killed predecessor of the same name left open."""
        producer = KafkaProducer(
            **client_options(self._connection),
            transactional_id=group.transactional_id,
            transaction_timeout_ms=2 * COMMIT_SECONDS * 1000,
            delivery_timeout_ms=COMMIT_SECONDS * 1000,
            request_timeout_ms=COMMIT_SECONDS * 500,
            max_request_size=self._limits.sent_bytes,
            allow_auto_create_topics=False,
            batch_size=plain.batch_size(self._limits),
            linger_ms=20,  # the flush before a commit cuts it short
            retry_backoff_ms=RETRY_MILLISECONDS,
            metrics_enabled=False,
        )
        producer.init_transactions()
        return producer


class KafkaPythonBroker:
    """A `Broker`: one consumer and one transactional producer, used by one thread."""

    def __init__(
        self, consumer: KafkaConsumer, producer: KafkaProducer, limits: Limits, leave: Callable[[str], None]
    ) -> None:
        self._consumer = consumer
        self._producer = producer
        self._limits = limits
        self._leave = leave

    def poll(self) -> Batch:
        with broker_errors("reading reviews"):
            wait_ms = int(self._limits.wait_seconds * 1000)
            polled = self._consumer.poll(wait_ms, max_records=self._limits.batch_records)
            # A later generation is only ever joined inside poll(), so this one is the records' own.
            membership = self._consumer.group_metadata()
        return Batch([record_of(r) for records in polled.values() for r in records], membership)

    @contextmanager
    def transaction(self, batch: Batch) -> Iterator[Outbox]:
        with broker_errors("opening a transaction"):
            self._producer.begin_transaction()
        outbox = KafkaPythonOutbox(self._producer)
        try:
            yield outbox
            with broker_errors("committing a transaction"):
                self._commit(outbox, batch)
        except BaseException as error:
            self._undo(batch, error)
            raise

    def _commit(self, outbox: KafkaPythonOutbox, batch: Batch) -> None:
        """1. all replies are acknowledged, 2. the offsets join them, 3. both count."""
        membership: Any = batch.membership
        if not membership.member_id:  # the broker would take offsets without looking whose they are
            raise ServiceError("this worker was put out of its group before its batch was done")
        outbox.settle()
        offsets = _offsets(batch.next_offsets())
        plain.within(COMMIT_SECONDS, lambda: self._producer.send_offsets_to_transaction(offsets, membership))
        plain.within(COMMIT_SECONDS, self._producer.commit_transaction)

    def _undo(self, batch: Batch, error: BaseException) -> None:
        try:
            plain.within(CLOSE_SECONDS, self._producer.abort_transaction)
        except KafkaError as failed:  # the broker ends it then: at the next start, or when its time is over
            error.add_note(f"and the abort failed: {failed}")
        if _member(self._consumer.group_metadata()) != _member(batch.membership):
            return  # a rebalance has already put every position where the group's commits are
        assigned = self._consumer.assignment()
        for partition, offset in batch.first_offsets().items():
            if TopicPartition(*partition) in assigned:
                self._consumer.seek(TopicPartition(*partition), offset)

    def lag(self) -> dict[Partition, int]:
        found = {}
        for each in self._consumer.assignment():
            end, place = self._consumer.highwater(each), self._position(each)
            if end is not None and place is not None:
                found[each.topic, each.partition] = end - place
        return found

    def _position(self, partition: TopicPartition) -> int | None:
        """As far as it is known without waiting for the broker."""
        try:
            position: int | None = self._consumer.position(partition, timeout_ms=0)
        except KafkaError:
            return None
        return position

    def reachable(self) -> bool:
        (topic,) = self._consumer.subscription()
        partitions = self._consumer.assignment() or [TopicPartition(topic, 0)]
        try:
            self._consumer.end_offsets(partitions, timeout_ms=ASK_SECONDS * 1000)
        except KafkaError:
            return False
        return True

    def leave(self) -> None:
        member_id = self._consumer.group_metadata().member_id
        self.close()
        if member_id:
            self._leave(member_id)

    def close(self) -> None:
        """Never raises: what a broker that is away does not learn now, it learns at the next start."""
        with suppress(KafkaError):
            self._producer.close(CLOSE_SECONDS)
        with suppress(KafkaError):
            self._consumer.close(autocommit=False, timeout_ms=CLOSE_SECONDS * 1000)


class KafkaPythonOutbox:
    """Sends into the open transaction and remembers every send until it is settled.

    kafka-python 3.0 commits a transaction whose sends ran out of time, or failed while the producer's
    epoch was renewed: what was not acknowledged would be missing without an error.
    """

    def __init__(self, producer: KafkaProducer) -> None:
        self._producer = producer
        self._sent: list[Any] = []

    def send(self, reply: Reply) -> None:
        self._sent.append(plain.send(self._producer, reply))

    def settle(self) -> None:
        """Wait until all sends are acknowledged, or raise the first failure."""
        plain.settle(self._producer, self._sent, COMMIT_SECONDS)


def _creation(topic: Topic) -> dict[str, Any]:
    return {
        "num_partitions": topic.partitions,
        "replication_factor": topic.replication_factor,
        "configs": dict(topic.settings),
    }


def _offsets(offsets: Mapping[Partition, int]) -> dict[TopicPartition, OffsetAndMetadata]:
    return {TopicPartition(*partition): OffsetAndMetadata(offset) for partition, offset in offsets.items()}


def _member(membership: ConsumerGroupMetadata) -> tuple[int, str]:
    return membership.generation_id, membership.member_id
