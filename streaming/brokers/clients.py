"""The choice of the Kafka client: kafka-python, which is always there, or confluent-kafka, which is faster."""

from __future__ import annotations

import logging

from sentiment.errors import SettingError
from streaming.brokers.kafka_python import KafkaPythonCluster
from streaming.brokers.kafka_python_plain import ATTEMPTS
from streaming.brokers.kafka_python_publisher import KafkaPythonPublisher
from streaming.brokers.repeats import REPEATS
from streaming.brokers.seam import Cluster, Publisher
from streaming.settings import CLIENTS, Connection, Limits


def open_cluster(client: str, connection: Connection, limits: Limits) -> Cluster:
    """The cluster through one of `CLIENTS`; SettingError if it is another or is not installed."""
    _quieten()
    if client not in CLIENTS:
        raise SettingError(f"Kafka client is {client!r}: expected one of {', '.join(CLIENTS)}")
    if client == "kafka-python":
        return KafkaPythonCluster(connection, limits)
    try:
        from streaming.brokers.confluent import ConfluentCluster
    except ImportError as error:
        raise SettingError(
            "the client confluent needs confluent-kafka: pip install '.[fast]' in the project's folder"
        ) from error
    return ConfluentCluster(connection, limits)


def open_publisher(connection: Connection) -> Publisher:
    """For single records there is no faster client."""
    _quieten()
    return KafkaPythonPublisher(connection)


def _quieten() -> None:
    """kafka-python logs each failed connection several times over, and then raises. Its coordinator's warnings stay:
    an idle worker waits for a broker that is away, and should say so. So does what its fetcher says of a position that
    the log no longer has: records were deleted before they were read. Why no connection came about is kept for errors.
    """
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    logging.getLogger("kafka.coordinator").setLevel(logging.WARNING)
    fetcher = logging.getLogger("kafka.consumer.fetcher")
    fetcher.setLevel(logging.INFO)
    fetcher.addFilter(_is_a_reset)
    connections = logging.getLogger("kafka.net.manager")
    connections.setLevel(logging.WARNING)
    connections.propagate = False
    connections.addHandler(ATTEMPTS)  # once, however often it is added
    for name in ("kafka.coordinator", "confluent_kafka"):
        logging.getLogger(name).addFilter(REPEATS)  # once, too


def _is_a_reset(said: logging.LogRecord) -> bool:
    return "out of range" in said.getMessage()
