"""A worker's membership in its group over kafka-python: polls, transactions, lag."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata, TopicPartition

from sentiment.errors import ServiceError
from streaming.brokers import kafka_python_plain as plain
from streaming.brokers.kafka_python_plain import broker_errors, record_of
from streaming.brokers.seam import Batch, Outbox, Partition, Reply
from streaming.settings import Limits

CLOSE_SECONDS = 5
ASK_SECONDS = 1
COMMIT_SECONDS = 30  # for each of a commit's three steps; the broker itself ends a transaction after 60


class BeginAnew(ConsumerRebalanceListener):  # type: ignore[misc] # the client has no types
    """Has a member begin with its partitions as a new one would: where its group's commits are.

    kafka-python 3.0 keeps what it knows of a partition until another assignment lacks it. A member that misses a
    generation, in which another one had the partition, would answer again all that has been answered since. It also
    keeps an answer about commits that came too late for the poll that asked, and takes it when the same partitions
    are next assigned, be it hours later.
    """

    def __init__(self, consumer: KafkaConsumer) -> None:
        self._coordinator: Any = consumer._coordinator  # noqa: SLF001 - nothing public lets go of these
        self._subscription: Any = consumer._subscription  # noqa: SLF001

    def on_partitions_revoked(self, revoked: object) -> None:
        self._coordinator._offset_fetch_futures.clear()  # noqa: SLF001
        self._subscription.assign_from_subscribed([])

    def on_partitions_assigned(self, assigned: object) -> None:
        """Every member looks for new partitions: one that was the leader and came back is not told that it still is."""
        self._coordinator._offset_fetch_futures.clear()  # noqa: SLF001
        self._coordinator._assignment_snapshot = self._coordinator._metadata_snapshot  # noqa: SLF001


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
            # Only a poll begins to join. The joining may end after it, but then it has brought no records: so where
            # there are any, this generation is theirs.
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
            self._abort(error)
            raise

    def _commit(self, outbox: KafkaPythonOutbox, batch: Batch) -> None:
        """1. all replies are acknowledged, 2. the offsets join them, 3. both count."""
        membership: Any = batch.membership
        if not membership.member_id:  # the broker would take offsets without looking whose they are
            raise ServiceError("this worker was removed from its group before its batch was done")
        outbox.settle()
        offsets = _offsets(batch.next_offsets())
        plain.within(COMMIT_SECONDS, lambda: self._producer.send_offsets_to_transaction(offsets, membership))
        plain.within(COMMIT_SECONDS, self._producer.commit_transaction)

    def _abort(self, error: BaseException) -> None:
        try:
            plain.within(CLOSE_SECONDS, self._producer.abort_transaction)
        except KafkaError as failed:  # the broker ends it then: at the next start, or when its time is over
            error.add_note(f"and the abort failed: {failed}")

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
        if not self._consumer.group_metadata().member_id:
            return False
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


def _offsets(offsets: Mapping[Partition, int]) -> dict[TopicPartition, OffsetAndMetadata]:
    return {TopicPartition(*partition): OffsetAndMetadata(offset) for partition, offset in offsets.items()}
