"""Reading single records again, which the adapter for confluent-kafka needs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing

import pytest
from kafka import KafkaAdminClient
from kafka.structs import TopicPartition

from sentiment.errors import ServiceError
from streaming.brokers.clients import open_cluster
from streaming.brokers.rereading import Rereader
from streaming.brokers.seam import Reply, Topic
from streaming.settings import CLIENTS, Connection, Limits


@pytest.fixture
def topic(bootstrap_servers: str) -> str:
    """One partition, whose records have their offsets as values."""
    cluster, name = open_cluster(CLIENTS[0], Connection(bootstrap_servers), Limits()), f"again-{uuid.uuid4().hex[:8]}"
    cluster.create([Topic(name, 1, 1, {})])
    with cluster.sender() as sender:
        for number in range(1200):
            sender.send(Reply(name, None, b"%d" % number, []))
    return name


@pytest.fixture
def rereader(bootstrap_servers: str) -> Iterator[Rereader]:
    with closing(Rereader(Connection(bootstrap_servers))) as rereader:
        yield rereader


def test_the_records_at_some_offsets_are_read_and_no_others(topic: str, rereader: Rereader) -> None:
    for offsets in ([3, 4, 5, 700, 1199], [0], []):
        assert [int(record.value or b"") for record in rereader.records((topic, 0), offsets)] == offsets


def test_a_record_that_is_gone_is_an_error(topic: str, rereader: Rereader, bootstrap_servers: str) -> None:
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap_servers)) as admin:
        admin.delete_records({TopicPartition(topic, 0): 10})
    assert [record.offset for record in rereader.records((topic, 0), [10])] == [10]
    with pytest.raises(ServiceError, match="nothing at offset 9 any more"):
        list(rereader.records((topic, 0), [9, 10]))
