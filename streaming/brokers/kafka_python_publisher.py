"""The `Publisher` over kafka-python: one producer for all threads, made by the first record and kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from kafka import KafkaProducer

from sentiment.errors import ServiceError
from streaming.brokers.kafka_python_plain import broker_errors, client_options, send
from streaming.brokers.opening import opened
from streaming.brokers.seam import Reply
from streaming.settings import Connection

WAIT_SECONDS = 2.0  # for each of: another thread's connecting, connecting, a topic's partitions, the acknowledgement
WAITING = 8  # threads; a broker that is away must not hold all of a server's


class KafkaPythonPublisher:
    """Holds a thread for at most four waits. A connection that was lost is the client's own to mend."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._places = BoundedSemaphore(WAITING)
        self._connecting = Lock()
        self._producer: KafkaProducer | None = None

    def publish(self, reply: Reply) -> None:
        with self._place(), broker_errors(f"sending to {reply.topic}"):
            send(self._connected(), reply).get(timeout=WAIT_SECONDS)

    def close(self) -> None:
        if self._producer:
            self._producer.close(timeout=WAIT_SECONDS)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise ServiceError(f"{WAITING} records are waiting for the broker already")
        try:
            yield
        finally:
            self._places.release()

    def _connected(self) -> KafkaProducer:
        if not self._connecting.acquire(timeout=WAIT_SECONDS):
            raise ServiceError("the broker has not been reached yet")
        try:
            self._producer = self._producer or self._connect()
            return self._producer
        finally:
            self._connecting.release()

    def _connect(self) -> KafkaProducer:
        """A record that is not acknowledged in time is dropped, so that one that was given up is not sent later."""
        milliseconds = int(WAIT_SECONDS * 1000)
        return opened(
            KafkaProducer,
            **client_options(self._connection) | {"bootstrap_timeout_ms": milliseconds},
            enable_idempotence=True,
            acks="all",
            max_block_ms=milliseconds,
            request_timeout_ms=milliseconds // 2,
            delivery_timeout_ms=milliseconds,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
