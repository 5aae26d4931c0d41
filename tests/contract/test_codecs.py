"""Whatever a sender compresses its records with, they are read."""

from __future__ import annotations

import uuid
from contextlib import closing

import pytest
from confluent_kafka import Producer

from streaming.brokers.clients import open_cluster
from streaming.brokers.seam import Topic
from streaming.settings import CLIENTS, Connection, Limits
from tests.contract.conftest import read


@pytest.mark.parametrize("codec", ["gzip", "lz4", "snappy", "zstd"])
@pytest.mark.parametrize("client", CLIENTS)
def test_compressed_records_are_read(client: str, codec: str, bootstrap_servers: str) -> None:
    topic = Topic(f"{codec}-{uuid.uuid4().hex[:8]}", 1, 1, {})
    cluster = open_cluster(client, Connection(bootstrap_servers), Limits())
    cluster.create([topic])
    sent = [b"%d a good film, " % number * 20 for number in range(50)]
    with closing(
        Producer({"bootstrap.servers": bootstrap_servers, "compression.type": codec, "linger.ms": 50})
    ) as sender:
        for value in sent:
            sender.produce(topic.name, value)
        assert sender.flush(10) == 0
    with closing(cluster.read([topic.name], from_beginning=True)) as reader:
        assert [record.value for record in read(reader, len(sent))] == sent
