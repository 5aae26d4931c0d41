"""Records that the broker has deleted before they were read: those that are left are answered, and the log says so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka.structs import TopicPartition

from streaming.brokers.confluent_plain import ConfluentReader
from streaming.brokers.memory import MemoryCluster
from tests.contract.conftest import World, poll, read, values

Delete = Callable[[int], None]


@pytest.fixture
def delete(world: World, request: pytest.FixtureRequest) -> Delete:
    """What deletes the records before an offset, as retention does, of reviews in one partition."""
    if isinstance(world.cluster, MemoryCluster):
        pytest.skip("nothing is deleted in memory")
    world.use_one_partition()

    def delete_before(offset: int) -> None:
        with closing(KafkaAdminClient(bootstrap_servers=request.getfixturevalue("bootstrap_servers"))) as admin:
            admin.delete_records({TopicPartition(world.reviews, 0): offset})

    return delete_before


def test_a_position_that_is_gone_is_told_and_the_oldest_record_comes_next(
    world: World, delete: Delete, caplog: pytest.LogCaptureFixture
) -> None:
    world.send("answered")
    first = world.join()
    world.answer(first, poll(first))
    first.close()
    world.send("deleted", "kept")
    delete(2)
    with caplog.at_level(logging.INFO):
        assert values(poll(world.join())) == ["kept"]
    assert "out of range" in caplog.text


def test_a_reader_that_is_overtaken_goes_on_with_the_oldest_record(
    world: World, delete: Delete, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.send("deleted", "kept")
    start = ConfluentReader._start  # noqa: SLF001

    def start_and_delete(*arguments: Any) -> Any:  # once librdkafka knows where to start, it reads ahead
        place = start(*arguments)
        delete(1)
        return place

    monkeypatch.setattr(ConfluentReader, "_start", start_and_delete)
    with closing(world.cluster.read([world.reviews], from_beginning=True)) as reader:
        delete(1)
        assert [record.value for record in read(reader, 1)] == [b"kept"]
