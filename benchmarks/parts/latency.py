"""From a record's sending to its result's arrival at a reader of committed records, at steady rates."""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import NamedTuple

import msgspec
import numpy as np
from confluent_kafka import Producer

from benchmarks.context import Context
from benchmarks.series import Figures, ratio
from benchmarks.streams import Arena, Command, Route, Service, arena, ours, running, spark
from streaming.brokers.seam import Reader
from streaming.producing import paced

RATES = (100, 1_000)  # reviews a second; the third is half of what the service can do
SECONDS = 5
BURST = 10_000  # reviews that warm the service up and show what it can do
SHORT = 300  # bytes, about


class Review(msgspec.Struct):
    text: str
    sent: float


class Answer(msgspec.Struct):
    """Ours holds the review as it came, Spark's its fields."""

    sent: float | None = None
    review: Review | None = None

    def sent_at(self) -> float:
        return self.review.sent if self.review else self.sent or 0.0


class Line(NamedTuple):
    """A service under test, where it reads, and a reader of its answers."""

    service: Service
    route: Route
    reader: Reader


_decoder = msgspec.json.Decoder(Answer)


def run(context: Context) -> dict[str, float]:
    with arena() as place:
        commands = {f"ours, {client}": ours(context, client, 1) for client in ("kafka-python", "confluent")}
        commands["spark"] = spark(context)
        measures = {name: functools.partial(_measure, context, place, name, it) for name, it in commands.items()}
        series = context.interleave(measures)
    return {"spark_p99/ours_p99@1000": ratio(series["spark"], series["ours, confluent"], "p99 ms at 1000/s")}


def _measure(context: Context, place: Arena, name: str, command: Command) -> Figures:
    route, log = (
        Route(place.servers, place.topic("reviews"), place.topic("results")),
        context.home / "logs" / f"{name}.log",
    )
    texts = [text[:SHORT] for text in context.texts]
    with (
        closing(place.cluster.read([route.results], from_beginning=True)) as reader,
        running(command(route), log) as service,
    ):
        line = Line(service, route, reader)
        _ages(line, itertools.islice(texts, 1))  # it is up
        began = time.perf_counter()
        _ages(line, itertools.islice(itertools.cycle(texts), BURST))
        half = BURST / (time.perf_counter() - began) / 2
        figures: Figures = {}
        for named, rate in {**{f"{rate}/s": rate for rate in RATES}, "half the most": half}.items():
            ages = _ages(line, paced(itertools.islice(itertools.cycle(texts), int(rate * SECONDS)), rate))
            p50, p99 = np.percentile(ages, (50, 99)) * 1000
            figures |= {f"p50 ms at {named}": float(p50), f"p99 ms at {named}": float(p99)}
        return figures


def _ages(line: Line, texts: Iterable[str]) -> list[float]:
    """Send all; how old, in seconds, each review was when its result arrived."""
    ages: list[float] = []
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(_send, line.route, texts)
        while not sending.done() or len(ages) < sending.result():
            records = line.service.answers(line.reader)
            now = time.time()
            ages += [now - _decoder.decode(record.value or b"").sent_at() for record in records]
    return ages


def _send(route: Route, texts: Iterable[str]) -> int:
    """Each at once; how many they were."""
    producer, sent = Producer({"bootstrap.servers": route.servers, "linger.ms": 0}), 0
    for text in texts:
        producer.produce(route.reviews, msgspec.json.encode(Review(text, time.time())), str(sent).encode())
        sent += 1
    producer.flush()
    return sent
