"""What every publisher of single records promises."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from sentiment.errors import ServiceError
from streaming.brokers.kafka_python_publisher import WAIT_SECONDS, KafkaPythonPublisher
from streaming.brokers.memory import MemoryCluster, MemoryPublisher
from streaming.brokers.seam import Cluster, Publisher, Reply
from streaming.settings import Connection
from tests.contract.conftest import World, read


@pytest.fixture
def publisher(request: pytest.FixtureRequest, cluster: Cluster) -> Iterator[Publisher]:
    made: Publisher
    if isinstance(cluster, MemoryCluster):
        made = MemoryPublisher(cluster)
    else:
        made = KafkaPythonPublisher(Connection(bootstrap_servers=request.getfixturevalue("bootstrap_servers")))
    with closing(made):
        yield made


def test_a_published_record_is_there_at_once_and_whole(world: World, publisher: Publisher) -> None:
    headers = [("content-type", b"application/json")]
    publisher.publish(Reply(world.results, b"42", b'{"id":"42"}', headers))
    with closing(world.cluster.read([world.results], from_beginning=True)) as reader:
        (record,) = read(reader, 1)
    assert (record.key, record.value, record.headers) == (b"42", b'{"id":"42"}', headers)


def test_many_threads_publish_at_once(world: World, publisher: Publisher) -> None:
    def publish(number: int) -> None:
        publisher.publish(Reply(world.results, None, str(number).encode(), []))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(publish, range(40)))
    assert world.answers(40) == sorted(str(number) for number in range(40))


def test_a_topic_that_is_not_there_is_an_error_in_bounded_time_and_stays_away(
    world: World, publisher: Publisher
) -> None:
    started = time.monotonic()
    with pytest.raises(ServiceError, match="sending to nowhere"):
        publisher.publish(Reply("nowhere", b"1", b"1", []))
    assert time.monotonic() - started < 4 * WAIT_SECONDS
    assert world.cluster.missing(["nowhere"]) == ["nowhere"]
    publisher.publish(Reply(world.results, b"2", b"2", []))
    assert world.answers(1) == ["2"]
