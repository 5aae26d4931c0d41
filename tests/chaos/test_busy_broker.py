"""A broker that is stopped for a while: who starts then waits for it, who runs knows it. The broker needs Java."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from local import broker
from sentiment.errors import ServiceError
from streaming.brokers import confluent, kafka_python_broker
from streaming.brokers.clients import open_cluster
from streaming.brokers.confluent_plain import START_SECONDS
from streaming.brokers.seam import Broker, Group, Reply, Topic
from streaming.dead_letters import dead_letters
from streaming.settings import CLIENTS, Connection, Limits
from tests.contract.conftest import poll, waiting
from tests.kafka_broker import shared_software


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[broker.Broker]:
    try:
        yield broker.start(tmp_path, shared_software(), port=0)
    finally:
        broker.stop(tmp_path)


def test_a_worker_waits_for_a_broker_that_does_not_answer_at_once(
    own_broker: broker.Broker, caplog: pytest.LogCaptureFixture
) -> None:
    cluster = open_cluster("confluent", Connection(own_broker.address), Limits())
    cluster.create([Topic("reviews", 1, 1, {})])
    os.kill(own_broker.pid, signal.SIGSTOP)
    awake = Timer(START_SECONDS + 2, os.kill, (own_broker.pid, signal.SIGCONT))
    awake.start()
    with closing(cluster.join(Group("group", "one", "reviews"))):
        awake.join()
    assert "not ready yet" in caplog.text


@pytest.mark.parametrize("client", CLIENTS)
def test_all_dead_letters_are_listed_though_the_broker_is_silent_for_a_while(
    own_broker: broker.Broker, client: str
) -> None:
    cluster = open_cluster(client, Connection(own_broker.address), Limits())
    cluster.create([Topic("dlq", 1, 1, {})])
    with cluster.sender() as sender:
        for number in range(3000):
            sender.send(Reply("dlq", b"%d" % number, b"x" * 2000, []))
    letters = dead_letters(cluster, "dlq")
    assert next(letters)
    os.kill(own_broker.pid, signal.SIGSTOP)
    awake = Timer(3, os.kill, (own_broker.pid, signal.SIGCONT))
    awake.start()
    assert len(list(letters)) == 2999
    awake.join()


@pytest.mark.parametrize("client", CLIENTS)
def test_a_worker_knows_that_its_broker_does_not_answer(own_broker: broker.Broker, client: str) -> None:
    cluster = open_cluster(client, Connection(own_broker.address), Limits())
    cluster.create([Topic("reviews", 1, 1, {})])
    with closing(cluster.join(Group("group", "one", "reviews"))) as member:
        _poll_until_reached(member)
        os.kill(own_broker.pid, signal.SIGSTOP)
        try:
            assert (member.poll().records, member.reachable()) == ([], False)
        finally:
            os.kill(own_broker.pid, signal.SIGCONT)
        _poll_until_reached(member)


def _poll_until_reached(member: Broker) -> None:
    """At once or, from a broker that is busy, in a while."""
    for _ in waiting():
        assert member.poll().records == []
        if member.reachable():
            break


@pytest.fixture
def awake(own_broker: broker.Broker) -> Iterator[Timer]:
    """What wakes the broker a minute after it is started, and at the test's end."""
    timer = Timer(60, os.kill, (own_broker.pid, signal.SIGCONT))
    yield timer
    timer.cancel()
    os.kill(own_broker.pid, signal.SIGCONT)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_worker_ends_though_its_broker_never_hears_of_the_open_transaction(
    own_broker: broker.Broker, awake: Timer, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (confluent, kafka_python_broker):
        monkeypatch.setattr(module, "COMMIT_SECONDS", 2)
    cluster = open_cluster(client, Connection(own_broker.address), Limits())
    cluster.create([Topic(name, 1, 1, {}) for name in ("reviews", "sentiment")])
    with cluster.sender() as sender:
        sender.send(Reply("reviews", None, b"a", []))
    member = cluster.join(Group("group", "one", "reviews"))
    transaction = member.transaction(poll(member))
    transaction.__enter__().send(Reply("sentiment", None, b"a", []))
    os.kill(own_broker.pid, signal.SIGSTOP)
    awake.start()
    with pytest.raises(ServiceError, match="committing"):
        transaction.__exit__(None, None, None)
    member.close()
    assert awake.is_alive(), "it waited until the broker was back"
