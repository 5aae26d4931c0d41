"""From topic to topic: reviews a second, of topics that are full already. Ours exactly once, Spark at least once."""

from __future__ import annotations

import functools
import time
from typing import NamedTuple

from benchmarks.context import Context
from benchmarks.series import Figures, ratio
from benchmarks.streams import Arena, Command, Route, Service, arena, ours, running, spark
from streaming.producing import send_reviews

SHORT = 300  # bytes, about
LOOK_SECONDS = 0.05
SERVICES = ("kafka-python", "kafka-python, 2 workers", "confluent", "confluent, 2 workers", "spark")


class Count(NamedTuple):
    """Reviews that are answered while a service starts and warms up, and those that are timed after them."""

    before: int
    timed: int


# Ours keeps one pace from the second batch on; Java's compilers take some half a minute (see benchmarks/README.md).
SHORT_COUNTS = Count(15_000, 45_000), Count(20_000, 60_000), *[Count(30_000, 120_000)] * 2, Count(100_000, 60_000)
WHOLE_COUNTS = Count(8_000, 22_000), Count(10_000, 30_000), *[Count(15_000, 45_000)] * 2, Count(40_000, 20_000)
COUNTS = {
    "300-byte": dict(zip(SERVICES, SHORT_COUNTS, strict=True)),
    "IMDB": dict(zip(SERVICES, WHOLE_COUNTS, strict=True)),
}


class Task(NamedTuple):
    """A service, the topic that it reads, and how many of its answers are waited for, and timed."""

    name: str
    command: Command
    reviews: str
    amount: Count


def run(context: Context) -> dict[str, float]:
    with arena() as place:
        texts = {"300-byte": [text[:SHORT] for text in context.texts], "IMDB": context.texts}
        topics = {kind: _fill(place, kind, texts[kind]) for kind in COUNTS}
        tasks = [
            Task(f"{name}, {kind}", command, topics[kind], COUNTS[kind][name])
            for kind in COUNTS
            for name, command in _services(context).items()
        ]
        series = context.interleave({task.name: functools.partial(_measure, context, place, task) for task in tasks})
    short = {name: series[f"{name}, 300-byte"] for name in SERVICES}
    return {
        "kafka-python/spark": ratio(short["kafka-python"], short["spark"], "reviews/s"),
        "confluent/spark": ratio(short["confluent"], short["spark"], "reviews/s"),
        "two_workers/one": ratio(short["confluent, 2 workers"], short["confluent"], "reviews/s"),
    }


def _services(context: Context) -> dict[str, Command]:
    ways = [ours(context, client, workers) for client in ("kafka-python", "confluent") for workers in (1, 2)]
    return dict(zip(SERVICES, [*ways, spark(context)], strict=True))


def _fill(place: Arena, kind: str, texts: list[str]) -> str:
    """A topic with as many reviews as the fastest service answers."""
    topic, most = place.topic(f"reviews-{kind}"), max(map(sum, COUNTS[kind].values()))
    reviews = ({"id": number, "text": texts[number % len(texts)]} for number in range(most))
    send_reviews(place.cluster, topic, reviews)
    return topic


def _measure(context: Context, place: Arena, task: Task) -> Figures:
    """The rate once it is warm."""
    route, log = Route(place.servers, task.reviews, place.topic("results")), context.home / "logs" / f"{task.name}.log"
    with running(task.command(route), log) as service:
        began, before = _reached(place, route.results, task.amount.before, service)
        ended, after = _reached(place, route.results, sum(task.amount), service)
    return {"reviews/s": (after - before) / (ended - began)}


def _reached(place: Arena, topic: str, count: int, service: Service) -> tuple[float, int]:
    """When there were so many committed results, and how many there were then."""
    while (found := place.committed(topic)) < count:
        service.check()
        time.sleep(LOOK_SECONDS)
    return time.perf_counter(), found
