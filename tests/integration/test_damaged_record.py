"""A record that the broker's disk has damaged is not taken for a review: the worker ends and says where it stands."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from local import broker
from local.jars import Software
from sentiment.errors import ServiceError
from streaming.brokers.clients import open_cluster
from streaming.brokers.seam import Broker, Group, Record, Reply, Topic
from streaming.settings import CLIENTS, Connection, Limits
from tests.contract.conftest import waiting


def test_where_a_damaged_record_stands_is_told(folder: Path, software: Software) -> None:
    servers = broker.start(folder, software, port=0).address
    for client in CLIENTS:
        cluster = open_cluster(client, Connection(servers), Limits())
        topic = f"reviews-{client}"
        cluster.create([Topic(topic, 1, 1, {})])
        for value in (b"a good film", b"a bad film"):
            with cluster.sender() as sender:  # a batch for each
                sender.send(Reply(topic, None, value, []))
        damage(folder / "data" / f"{topic}-0", b"a bad film", b"a mad film")
        with closing(cluster.join(Group(client, "one", topic))) as member:
            records, error = read_on(member)
        assert all(record.value == b"a good film" for record in records)
        assert topic in str(error)
        assert "offset 1 " in str(error)


def damage(partition: Path, value: bytes, instead: bytes) -> None:
    (log,) = partition.glob("*.log")
    whole = log.read_bytes()
    assert value in whole
    with log.open("r+b") as file:  # in place: the broker has it open
        file.seek(whole.index(value))
        file.write(instead)


def read_on(member: Broker) -> tuple[list[Record], ServiceError]:
    """What is read until an error comes, and the error."""
    records: list[Record] = []
    for _ in waiting():
        try:
            records += member.poll().records
        except ServiceError as error:
            return records, error
    raise AssertionError
