"""The loop over the fake cluster, until nothing is left to answer."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from threading import Event

from prometheus_client import CollectorRegistry

from sentiment import Classifier
from streaming.brokers.memory import MemoryCluster
from streaming.brokers.seam import Batch, Broker, Group, Outbox, Partition
from streaming.delivery import deliver
from streaming.metrics import StreamMetrics
from streaming.reading import follow
from streaming.respond import respond
from streaming.settings import StreamSettings

SETTINGS = StreamSettings()
REVIEWS = [{"id": number, "text": "a good film" if number % 5 else ""} for number in range(50)]


@dataclass
class UntilIdle:
    """A broker that asks the loop to stop once nothing is left, as SIGTERM would."""

    broker: Broker
    stop: Event

    def poll(self) -> Batch:
        batch = self.broker.poll()
        if not batch.records:
            self.stop.set()
        return batch

    def transaction(self, batch: Batch) -> AbstractContextManager[Outbox]:
        return self.broker.transaction(batch)

    def lag(self) -> dict[Partition, int]:
        return self.broker.lag()

    def reachable(self) -> bool:
        return self.broker.reachable()

    def leave(self) -> None:
        self.broker.leave()

    def close(self) -> None:
        self.broker.close()


class Away(UntilIdle):
    """A cluster that does not answer."""

    def reachable(self) -> bool:
        return False


def join(cluster: MemoryCluster, stop: Event) -> Broker:
    return UntilIdle(cluster.join(Group("sentiment", "one", "reviews")), stop)


def run(broker: Broker, classifier: Classifier, stop: Event, settings: StreamSettings = SETTINGS) -> CollectorRegistry:
    """The loop until it is stopped; its figures."""
    registry = CollectorRegistry()
    answer = partial(respond, classifier=classifier, settings=settings)
    deliver(broker, answer, StreamMetrics(classifier, registry), stop)
    return registry


def values(cluster: MemoryCluster, topic: str) -> list[bytes | None]:
    return [record.value for record in follow(cluster, [topic], from_beginning=True, idle_seconds=0)]
