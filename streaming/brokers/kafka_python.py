"""The adapter for kafka-python: the way to open all that there is, and to ask the cluster for its topics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import TopicAlreadyExistsError

from streaming.brokers import kafka_python_plain as plain
from streaming.brokers.header_names import accept_any
from streaming.brokers.kafka_python_broker import CLOSE_SECONDS, COMMIT_SECONDS, BeginAnew, KafkaPythonBroker
from streaming.brokers.kafka_python_plain import broker_errors, client_options
from streaming.brokers.leaving import leave
from streaming.brokers.opening import opened, undone_if_it_fails
from streaming.brokers.seam import CLEANUP, MOST_BYTES, Broker, Group, Reader, Sender, Topic
from streaming.settings import Connection, Limits

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
            with undone_if_it_fails(lambda: producer.close(CLOSE_SECONDS)):
                consumer = self._consumer(group)
            return KafkaPythonBroker(consumer, producer, self._limits, partial(leave, self._connection, group))

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

    def configs(self, topics: Sequence[str]) -> dict[str, dict[str, str]]:
        with self._admin("asking for the topics' settings") as admin:
            asked = [ConfigResource(ConfigResourceType.TOPIC, topic, [MOST_BYTES, CLEANUP]) for topic in topics]
            told = admin.describe_configs(asked, config_filter="all").get("topic", {})
        return {topic: {name: each["value"] for name, each in config.items()} for topic, config in told.items()}

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
            closing(opened(KafkaAdminClient, **client_options(self._connection))) as admin,
        ):
            yield admin

    def _consumer(self, group: Group) -> KafkaConsumer:
        """A static member: a restart takes its partitions back at once, a second process of its name is refused."""
        consumer = opened(
            KafkaConsumer,
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
        with undone_if_it_fails(lambda: consumer.close(autocommit=False, timeout_ms=CLOSE_SECONDS * 1000)):
            consumer.subscribe([group.topic], listener=BeginAnew(consumer))
            # A leader of the group that does not know the topic yet would hand out nothing and rebalance at once.
            consumer.partitions_for_topic(group.topic)
        return consumer

    def _transactional_producer(self, group: Group) -> KafkaProducer:
        """Its first act ends the transaction that a killed predecessor of the same name left open."""
        producer = opened(
            KafkaProducer,
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
        with undone_if_it_fails(lambda: producer.close(CLOSE_SECONDS)):
            producer.init_transactions()
        return producer


def _creation(topic: Topic) -> dict[str, Any]:
    return {
        "num_partitions": topic.partitions,
        "replication_factor": topic.replication_factor,
        "configs": dict(topic.settings),
    }
