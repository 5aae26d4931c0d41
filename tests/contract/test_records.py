"""What every broker promises about single records, readers, senders and topics."""

from __future__ import annotations

import time
import uuid
from contextlib import closing

import pytest
from kafka import KafkaAdminClient

from streaming.brokers.clients import open_cluster
from streaming.brokers.confluent import ConfluentCluster
from streaming.brokers.header_names import HeaderName
from streaming.brokers.seam import CLEANUP, MOST_BYTES, Group, Headers, Reply, Topic
from streaming.settings import CLIENTS, Connection, Limits
from tests.contract.conftest import World, poll, poll_all, read, values, waiting


def test_a_lone_record_is_polled_at_once(world: World) -> None:
    broker = world.join()
    world.send("first")  # joining the group is over once this one is here
    poll(broker)
    world.send("lone")
    started = time.monotonic()
    assert values(poll(broker)) == ["lone"]
    assert time.monotonic() - started < 0.3


def test_a_poll_takes_no_more_records_than_its_limit(world: World) -> None:
    broker = world.join()
    world.send(*(str(number) for number in range(1200)))
    batches = poll_all(broker, 1200)
    assert max(len(batch.records) for batch in batches) <= 500
    assert values(*batches) == sorted(str(number) for number in range(1200))


@pytest.mark.parametrize("client", CLIENTS)
def test_a_record_comes_even_if_it_is_larger_than_a_batch_may_be(client: str, bootstrap_servers: str) -> None:
    name = uuid.uuid4().hex[:8]
    cluster = open_cluster(client, Connection(bootstrap_servers), Limits(batch_bytes=2_000))
    cluster.create([Topic(name, 1, 1, {})])
    with cluster.sender() as sender:
        for size in (10, 5_000, 20):
            sender.send(Reply(name, None, b"x" * size, []))
    with closing(cluster.join(Group(name, "one", name))) as broker:
        batches = poll_all(broker, 3)
    assert [len(record.value or b"") for batch in batches for record in batch.records] == [10, 5_000, 20]


def test_records_of_a_partition_come_in_the_order_of_their_offsets(world: World) -> None:
    broker = world.join()
    world.send(*(str(number) for number in range(700)))
    batches = poll_all(broker, 700)
    for partition in (0, 1):
        offsets = [r.offset for batch in batches for r in batch.records if r.partition == partition]
        assert offsets == list(range(len(offsets)))


def test_what_follows_a_poll_is_the_lag_of_its_partition(world: World) -> None:
    with world.cluster.sender() as sender:
        for number in range(700):
            sender.send(Reply(world.reviews, b"same", str(number).encode(), []))
    broker = world.join()
    last = poll(broker).records[-1]
    assert broker.lag()[last.topic, last.partition] == 699 - last.offset


@pytest.mark.parametrize(
    ("key", "value", "headers"),
    [
        (b"key", b"value", [("traceparent", b"00-1"), ("traceparent", b"00-2"), ("empty", b"")]),
        (None, b"\xff\x00\xfe", []),
        (b"key", None, [("h\xe9", b"\xff")]),
    ],
)
def test_key_value_and_headers_come_back_byte_for_byte(
    world: World, key: bytes | None, value: bytes | None, headers: Headers
) -> None:
    broker = world.join()
    with world.cluster.sender() as sender:
        sender.send(Reply(world.reviews, key, value, headers))
    (record,) = poll(broker).records
    assert (record.topic, record.key, record.value, record.headers) == (world.reviews, key, value, headers)
    assert abs(record.timestamp_ms / 1000 - time.time()) < 60


def test_a_record_whose_header_name_is_not_utf8_is_read_and_answered(world: World) -> None:
    name = HeaderName("caf\udce9")
    with world.any_bytes.sender() as sender:
        sender.send(Reply(world.reviews, b"key", b"value", [(name, b"\xff"), ("after", b"")]))
    broker = world.join()
    batch = poll(broker)
    (record,) = batch.records
    assert (record.key, record.value, record.headers) == (b"key", b"value", [(name, b"\xff"), ("after", b"")])
    world.answer(broker, batch)
    with closing(world.any_bytes.read([world.results], from_beginning=True)) as reader:
        (answer,) = read(reader, 1)
    names = [header.encode() for header, _ in answer.headers]
    # confluent-kafka can't write such a name, so what arrives is the form that can be shown.
    assert names == [rb"caf\xe9" if isinstance(world.cluster, ConfluentCluster) else b"caf\xe9", b"after"]


def test_many_records_whose_header_names_are_not_utf8_are_read_in_reasonable_time(world: World) -> None:
    """Between them are others."""
    name, broker = HeaderName("caf\udce9"), world.join()
    with world.any_bytes.sender() as sender:
        for number in range(300):
            sender.send(Reply(world.reviews, b"%d" % number, b"%d" % number, [(name, b"\xff")] if number % 3 else []))
    started = time.monotonic()
    records = [record for batch in poll_all(broker, 300) for record in batch.records]
    assert time.monotonic() - started < 8
    assert sorted(int(record.value or b"") for record in records) == list(range(300))
    for record in records:
        assert record.headers == ([(name, b"\xff")] if int(record.value or b"") % 3 else [])


def test_a_record_whose_header_name_has_a_nul_is_read_and_answered(world: World) -> None:
    with world.any_bytes.sender() as sender:
        sender.send(Reply(world.reviews, b"key", b"value", [("a\0b", b"\xff"), ("after", b"")]))
    broker = world.join()
    batch = poll(broker)
    world.answer(broker, batch)
    with closing(world.any_bytes.read([world.results], from_beginning=True)) as reader:
        (answer,) = read(reader, 1)
    # For confluent-kafka, a name ends at its first NUL.
    assert answer.headers == [("a" if isinstance(world.cluster, ConfluentCluster) else "a\0b", b"\xff"), ("after", b"")]


def test_a_reply_with_neither_key_nor_value_can_be_sent(world: World) -> None:
    with world.cluster.sender() as sender:
        sender.send(Reply(world.results, None, None, []))
    assert world.answers(1) == [""]


def test_records_with_the_same_key_stay_in_one_partition(world: World) -> None:
    broker = world.join()
    with world.cluster.sender() as sender:
        for number in range(20):
            sender.send(Reply(world.reviews, b"same", str(number).encode(), []))
    records = [record for batch in poll_all(broker, 20) for record in batch.records]
    assert len({record.partition for record in records}) == 1


# What Java's murmur2 makes of them, but for the sign: org.apache.kafka.common.utils.UtilsTest has the first six.
MURMUR2 = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
    b"": 275646681,
}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_key_has_the_partition_that_java_gives_it(client: str, bootstrap_servers: str) -> None:
    topic = Topic(f"keyed-{uuid.uuid4().hex[:8]}", 13, 1, {})
    cluster = open_cluster(client, Connection(bootstrap_servers), Limits())
    cluster.create([topic])
    with cluster.sender() as sender:
        for key in MURMUR2:
            sender.send(Reply(topic.name, key, b"value", []))
    with closing(cluster.read([topic.name], from_beginning=True)) as reader:
        found = {record.key: record.partition for record in read(reader, len(MURMUR2))}
    assert found == {key: (code & 0x7FFFFFFF) % topic.partitions for key, code in MURMUR2.items()}


def test_a_reader_from_the_end_sees_what_is_written_after_it_was_made(world: World) -> None:
    world.send("before")
    with closing(world.cluster.read([world.reviews], from_beginning=False)) as reader:
        world.send("after")
        assert [record.value for record in read(reader, 1)] == [b"after"]


def test_a_reader_knows_how_much_is_ahead_of_what_was_there(world: World) -> None:
    """Behind the last record stands a transaction's mark, and one more transaction is still open."""
    broker = world.join()
    world.send("a", "b", "c")
    for batch in poll_all(broker, 3):
        world.answer(broker, batch)
    world.send("d")
    batch = poll(broker)
    with broker.transaction(batch) as outbox:
        outbox.send(world.echo(batch.records[0]))
        with closing(world.cluster.read([world.results], from_beginning=True)) as reader:
            assert reader.ahead() >= 3
            found = read(reader, 3)
            for _ in waiting():
                if not reader.ahead():
                    break
                found += reader.poll(0.1)
    assert len(found) == 3
    with closing(world.cluster.read([world.results], from_beginning=False)) as reader:
        assert reader.ahead() == 0


def test_creating_topics_twice_changes_nothing(world: World) -> None:
    new = f"new-{world.name}"
    assert world.cluster.missing([world.reviews, new]) == [new]
    assert world.cluster.create([Topic(new, 4, 1, {}), Topic(world.reviews, 4, 1, {})]) == [new]
    assert world.cluster.create([Topic(new, 4, 1, {})]) == []
    assert world.cluster.missing([world.reviews, new]) == []


def test_a_topic_tells_how_large_a_batch_may_be_and_whether_it_is_compacted(world: World) -> None:
    small = Topic(f"small-{world.name}", 1, 1, {MOST_BYTES: "50000", CLEANUP: "compact,delete"})
    world.cluster.create([small])
    assert world.cluster.configs([small.name, world.reviews]) == {
        small.name: {MOST_BYTES: "50000", CLEANUP: "compact,delete"},
        world.reviews: {MOST_BYTES: "1048588", CLEANUP: "delete"},
    }


def test_what_a_group_has_not_answered_is_waiting(world: World) -> None:
    group = f"group-{world.name}"
    world.send("a", "b", "c")
    assert world.cluster.waiting(group, world.reviews) == 3
    assert not world.cluster.knows(group, world.reviews)
    broker = world.join()
    for batch in poll_all(broker, 3):
        world.answer(broker, batch)
    world.send("d")
    assert world.cluster.waiting(group, world.reviews) == 1
    assert world.cluster.knows(group, world.reviews)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_topic_that_was_deleted_can_not_be_reached(client: str, bootstrap_servers: str) -> None:
    topic = f"deleted-{uuid.uuid4().hex[:8]}"
    cluster = open_cluster(client, Connection(bootstrap_servers), Limits())
    cluster.create([Topic(topic, 2, 1, {})])
    with closing(cluster.join(Group(topic, "one", topic))) as broker:
        with cluster.sender() as sender:
            sender.send(Reply(topic, None, b"value", []))
        assert values(poll(broker)) == ["value"]
        assert broker.reachable()
        with closing(KafkaAdminClient(bootstrap_servers=bootstrap_servers)) as admin:
            admin.delete_topics([topic])
        for _ in waiting():
            if not broker.reachable():
                break
        started = time.monotonic()
        broker.lag()
        assert time.monotonic() - started < 1


def test_a_topic_can_be_read_as_soon_as_it_is_there(world: World) -> None:
    topic = Topic(f"new-{world.name}", 60, 1, {})  # leaders of so many take the broker a moment
    world.cluster.create([topic])
    with closing(world.cluster.read([topic.name], from_beginning=False)) as reader:
        with world.cluster.sender() as sender:
            sender.send(Reply(topic.name, None, b"first", []))
        assert [record.value for record in read(reader, at_least=1)] == [b"first"]
