"""What is larger than a dead letter may be is answered too, and does not hold up what follows it."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from prometheus_client import CollectorRegistry

from sentiment import Classifier
from streaming.brokers.clients import open_cluster
from streaming.brokers.seam import Group, Reply, Topic
from streaming.dead_letters import REASON
from streaming.delivery import deliver
from streaming.metrics import StreamMetrics
from streaming.respond import respond
from streaming.settings import CLIENTS, Connection, Limits, StreamSettings, Topics
from streaming.topics import create_topics
from tests.contract.conftest import World, poll_all, read
from tests.tiny import write_tiny_model

MEGABYTE = 1_000_000


@pytest.mark.parametrize("client", CLIENTS)
def test_a_record_that_fits_no_dead_letter_leaves_its_place_there(
    client: str, bootstrap_servers: str, tmp_path: Path
) -> None:
    name = uuid.uuid4().hex[:8]
    topics = Topics(f"reviews-{name}", f"sentiment-{name}", f"dlq-{name}", f"feedback-{name}", partitions=1)
    connection, limits = Connection(bootstrap_servers), Limits()
    senders = open_cluster(client, connection, Limits(result_bytes=4 * MEGABYTE))
    senders.create([Topic(topics.reviews, 1, 1, {"max.message.bytes": str(8 * MEGABYTE)})])
    cluster = open_cluster(client, connection, limits)
    create_topics(cluster, topics, limits)
    sizes = {
        b"not_utf8": limits.sent_bytes - 2000,  # with its headers, just below what may be sent
        b"record_too_large": 3 * MEGABYTE,
    }
    with senders.sender() as sender:
        for size in sizes.values():
            sender.send(Reply(topics.reviews, None, b"\xff" * size, []))
        sender.send(Reply(topics.reviews, None, b"a good film", []))

    classifier, stop = Classifier.load(write_tiny_model(tmp_path)), Event()
    answer = partial(respond, classifier=classifier, settings=StreamSettings(topics=topics, limits=limits))
    with (
        closing(cluster.read([topics.results, topics.dead_letters], from_beginning=True)) as reader,
        closing(cluster.join(Group(name, "one", topics.reviews))) as broker,
        ThreadPoolExecutor(1) as pool,
    ):
        working = pool.submit(deliver, broker, answer, StreamMetrics(classifier, CollectorRegistry()), stop)
        try:
            answers = read(reader, 3)
        finally:
            stop.set()
        working.result()
    dead = [record for record in answers if record.topic == topics.dead_letters]
    assert [dict(record.headers)[REASON] for record in dead] == list(sizes)
    assert dead[0].value == b"\xff" * sizes[b"not_utf8"]
    assert not dead[1].value
    assert dict(dead[1].headers)["__connect.errors.offset"] == b"1"
    assert len(answers) == 3


@pytest.mark.parametrize("client", CLIENTS)
def test_a_batch_of_replies_is_no_larger_than_the_topics_take(client: str, bootstrap_servers: str) -> None:
    limits = Limits(result_bytes=50_000)
    world = _world(client, bootstrap_servers, limits)
    world.results = f"small-{world.name}"
    world.cluster.create([Topic(world.results, 1, 1, {"max.message.bytes": str(limits.result_bytes)})])
    value = "x" * 1000
    with world.stack:
        world.send(*(f"{number}{value}" for number in range(300)))
        broker = world.join()
        for batch in poll_all(broker, 300):
            world.answer(broker, batch)
        assert len(world.answers(300)) == 300


def test_the_parts_of_a_batch_that_was_split_are_waited_for(bootstrap_servers: str) -> None:
    """kafka-python splits what the broker refuses."""
    world = _world(CLIENTS[0], bootstrap_servers, Limits())
    world.reviews = f"small-{world.name}"
    world.cluster.create([Topic(world.reviews, 1, 1, {"max.message.bytes": "50000"})])
    with world.stack:
        world.send(*(f"{number}{'x' * 1000}" for number in range(300)))
        with closing(world.cluster.read([world.reviews], from_beginning=True)) as reader:
            assert len(read(reader, 300)) == 300


def _world(client: str, bootstrap_servers: str, limits: Limits) -> World:
    cluster = open_cluster(client, Connection(bootstrap_servers), limits)
    return World(cluster, ExitStack(), cluster)
