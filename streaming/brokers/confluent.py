"""The adapter for confluent-kafka (librdkafka): whatever carries many records. What is asked for once in a while, such
as a list of topics, stays with kafka-python, which is always there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from warnings import catch_warnings

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from sentiment.errors import ServiceError
from streaming.brokers import confluent_plain as plain
from streaming.brokers.confluent_plain import Options, broker_errors
from streaming.brokers.kafka_python import RETRY_MILLISECONDS, KafkaPythonCluster
from streaming.brokers.kafka_python_broker import ASK_SECONDS
from streaming.brokers.leaving import leave
from streaming.brokers.seam import Batch, Broker, Group, Outbox, Partition, Reader, Reply, Sender
from streaming.brokers.timeout import within
from streaming.settings import Connection, Limits

JOIN_SECONDS = 60  # for a broker that is busy, or has yet to make its log of transactions; kafka-python waits as long
COMMIT_SECONDS = 30  # for each of a commit's two steps; the broker itself ends a transaction after 60
ABORT_SECONDS = 5
CLOSE_SECONDS = 10  # for each of the two clients
CLOSED_ALREADY = RuntimeError
# After a limit that librdkafka does not always keep: https://github.com/confluentinc/librdkafka/issues/5456
GRACE_SECONDS = 5
COMMITTING = "committing a transaction"


class ConfluentCluster(KafkaPythonCluster):
    """A `Cluster` over confluent-kafka. Opens nothing until asked."""

    def join(self, group: Group) -> Broker:
        with broker_errors(f"joining group {group.name} at {self._connection.bootstrap_servers}"):
            return ConfluentBroker(self._connection, self._limits, group)

    def read(self, topics: Sequence[str], *, from_beginning: bool) -> Reader:
        return plain.ConfluentReader(self._connection, topics, from_beginning=from_beginning)

    def sender(self) -> Sender:
        return plain.ConfluentSender(self._connection, self._limits)


class ConfluentBroker:
    """A `Broker`: one consumer and one transactional producer, used by one thread.

    The producer's first act ends the transaction that a killed predecessor of the same name left open.
    """

    def __init__(self, connection: Connection, limits: Limits, group: Group) -> None:
        self._connection, self._limits, self._group = connection, limits, group
        self._stuck: set[str] = set()  # the clients that have not come back: they are left to the process's end
        self._producer = Producer(_producer_options(connection, limits, group), logger=plain.log)
        plain.once_ready(self._producer.init_transactions, JOIN_SECONDS)
        self._consumer = Consumer(_consumer_options(connection, limits, group), logger=plain.log)
        self._consumer.subscribe([group.topic])

    def poll(self) -> Batch:
        """A rebalance only ever happens inside a consume(), but it may be the second one: then nothing is taken,
        and all is read again from the group's commits.
        """
        with broker_errors("reading reviews"):
            messages = self._consumer.consume(1, self._limits.wait_seconds)
            membership = self._consumer.consumer_group_metadata()
            if messages:
                messages += self._consumer.consume(self._limits.batch_records - 1, 0)
            if membership != self._consumer.consumer_group_metadata() or not self._consumer.memberid():
                plain.raise_refusal(messages)
                return Batch([], membership)
            return Batch(plain.records_of(messages, self._connection), membership)

    @contextmanager
    def transaction(self, batch: Batch) -> Iterator[Outbox]:
        with broker_errors("opening a transaction"):
            self._producer.begin_transaction()
        try:
            yield ConfluentOutbox(self._producer)
            with broker_errors(COMMITTING):
                self._commit(batch)
        except BaseException as error:
            self._abort(error)
            raise

    def _commit(self, batch: Batch) -> None:
        """1. the offsets join the replies, 2. all replies are acknowledged, 3. both count; the client does 2 in 3."""
        offsets = [TopicPartition(*partition, offset) for partition, offset in batch.next_offsets().items()]
        send = partial(self._producer.send_offsets_to_transaction, offsets, batch.membership, COMMIT_SECONDS)
        try:
            within(COMMIT_SECONDS + GRACE_SECONDS, send)
        except TimeoutError as error:
            self._stuck.add("producer")
            raise ServiceError(f"{COMMITTING} failed: the client does not come back") from error
        self._producer.commit_transaction(COMMIT_SECONDS)

    def _abort(self, error: BaseException) -> None:
        if "producer" in self._stuck:
            return
        try:
            self._producer.abort_transaction(ABORT_SECONDS)
        except KafkaException as failed:  # the broker ends it then: at the next start, or when its time is over
            error.add_note(f"and the abort failed: {failed}")

    def lag(self) -> dict[Partition, int]:
        found = {}
        for each in self._consumer.position(self._consumer.assignment()):
            _, end = self._consumer.get_watermark_offsets(each, cached=True)
            if min(each.offset, end) >= 0:  # both are known
                found[each.topic, each.partition] = end - each.offset
        return found

    def reachable(self) -> bool:
        if not self._consumer.memberid():
            return False
        try:
            topic = self._consumer.list_topics(self._group.topic, ASK_SECONDS).topics[self._group.topic]
        except KafkaException:
            return False
        mine = {each.partition for each in self._consumer.assignment()}
        led = {number for number, partition in topic.partitions.items() if partition.leader >= 0}
        return topic.error is None and mine <= led

    def leave(self) -> None:
        member_id = self._consumer.memberid()
        self.close()
        if member_id:
            leave(self._connection, self._group, member_id)

    def close(self) -> None:
        """Never raises: what a broker that is away does not learn now, it learns at the next start."""
        if "producer" not in self._stuck:
            with suppress(KafkaException, CLOSED_ALREADY):
                self._producer.purge()  # or closing would wait for what an aborted transaction left
        for name, client in (("producer", self._producer), ("consumer", self._consumer)):
            if name not in self._stuck:
                self._close(name, client)

    def _close(self, name: str, client: Producer | Consumer) -> None:
        """The producer aborts what is open, waits for the broker, however long, to hear of it, and warns of failure.
        The consumer never comes back if the group is rebalanced at that moment:
        https://github.com/confluentinc/librdkafka/issues/4884
        """
        try:
            with suppress(KafkaException, CLOSED_ALREADY), catch_warnings(action="ignore", category=RuntimeWarning):
                within(CLOSE_SECONDS, client.close)
        except TimeoutError:
            self._stuck.add(name)
            plain.log.warning("the %s has not closed in %s s: it ends with the process", name, CLOSE_SECONDS)


class ConfluentOutbox:
    """Sends into the open transaction. A reply that can't be delivered makes the commit fail."""

    def __init__(self, producer: Producer) -> None:
        self._produce = producer.produce

    def send(self, reply: Reply) -> None:
        try:
            self._produce(reply.topic, reply.value, reply.key, headers=reply.headers)  # type: ignore[arg-type] # lists are invariant
        except (KafkaException, BufferError) as error:
            raise plain.failed(f"sending to {reply.topic}", error) from error


def _consumer_options(connection: Connection, limits: Limits, group: Group) -> Options:
    """A static member: a restart takes its partitions back at once, a second process of its name is refused."""
    return plain.client_options(connection) | {
        "group.id": group.name,
        "group.instance.id": group.instance,
        "isolation.level": "read_committed",  # also what makes a new owner wait for pending offsets
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "check.crcs": True,  # kafka-python always does: a damaged record is an error, not a review
        "fetch.max.bytes": limits.batch_bytes,
        "message.max.bytes": min(limits.batch_bytes, 1_000_000),  # may not be more than that; larger ones come, too
        "max.partition.fetch.bytes": limits.batch_bytes,
        "queued.max.messages.kbytes": max(limits.batch_bytes // 1024, 1),  # what a poll finds and may take
        "fetch.queue.backoff.ms": 1,  # until it looks whether a poll has made room again
    }


def _producer_options(connection: Connection, limits: Limits, group: Group) -> Options:
    return plain.producer_options(connection, limits) | {
        "transactional.id": group.transactional_id,
        "transaction.timeout.ms": 2 * COMMIT_SECONDS * 1000,
        "delivery.timeout.ms": COMMIT_SECONDS * 1000,
        "queue.buffering.max.messages": 0,  # without limit, for the batch has one
        "linger.ms": 5,
        "retry.backoff.ms": RETRY_MILLISECONDS,
        # Keeps connections open that a broker, or what is before it, closes when they are idle for minutes. librdkafka
        # would not connect to the group's coordinator again before something else happens: a commit took up to 35 s.
        "topic.metadata.refresh.interval.ms": 60_000,
    }
