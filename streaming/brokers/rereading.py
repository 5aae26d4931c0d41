"""Records that another client has read but can't tell of, read again by kafka-python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kafka import KafkaConsumer
from kafka.structs import TopicPartition

from sentiment.errors import ServiceError
from streaming.brokers.kafka_python_plain import START_MS, broker_errors, client_options, record_of
from streaming.brokers.opening import opened
from streaming.brokers.seam import Partition, Record
from streaming.settings import Connection


class Rereader:
    """Reads again, through one consumer, records that another client has read but can't tell of."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._consumer: KafkaConsumer | None = None

    def records(self, partition: Partition, offsets: Sequence[int]) -> Iterator[Record]:
        """The records at `offsets`, which rise. ServiceError if one does not come, or is no longer there.

        Whatever stands between them is read along, as it was the first time.
        """
        place, wanted = TopicPartition(*partition), iter(offsets)
        offset = next(wanted, None)
        with broker_errors(f"reading {place} at offset {offset}"):
            reading = self._reading(place, offset)
            while offset is not None:
                read = next(reading, None)
                if read is None or read.offset > offset:
                    raise ServiceError(f"reading {place} failed: there is nothing at offset {offset} any more")
                if read.offset == offset:
                    yield record_of(read)
                    offset = next(wanted, None)

    def _reading(self, place: TopicPartition, offset: int | None) -> Iterator[Any]:
        """The committed records from `offset` on, until none has come for a while."""
        consumer = self._consumer = self._consumer or self._connect()
        consumer.assign([place])
        consumer.seek(place, offset)
        while polled := consumer.poll(START_MS):
            yield from polled[place]

    def _connect(self) -> KafkaConsumer:
        return opened(
            KafkaConsumer,
            **client_options(self._connection),
            isolation_level="read_committed",
            auto_offset_reset="earliest",  # so that an offset which is gone is seen to be
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )

    def close(self) -> None:
        if self._consumer:
            self._consumer.close()
