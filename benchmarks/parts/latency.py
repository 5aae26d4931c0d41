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

RATES = (100, 1_000)  # reviews a second that have figures of their own
HIGHER = (2_000, 4_000, 8_000, 16_000)  # tried, one after the other, until one is not kept up with
SECONDS, TRIAL_SECONDS = 5, 3
WARM_UP = 10_000  # reviews, at once, for the broker too
WARM_UP_SECONDS = 20  # at the higher of the rates, after that: Java's compilers take long
BEHIND = 0.2  # seconds by which answers may fall behind in a second
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


class Answered(NamedTuple):
    """When each of some reviews was sent, and its age when its result arrived, in seconds, in the results' order."""

    sent: list[float]
    ages: list[float]

    def percentiles(self, named: str) -> Figures:
        p50, p99 = np.percentile(self.ages, (50, 99)) * 1000
        return {f"p50 ms at {named}": float(p50), f"p99 ms at {named}": float(p99)}

    def keep_up_with(self, rate: int) -> bool:
        """Whether they were sent at this rate, and the last ones hardly waited longer than the first."""
        seconds = max(self.sent) - min(self.sent)
        slope, _ = np.polyfit(np.array(self.sent) - min(self.sent), self.ages, 1)
        return len(self.sent) / seconds > 0.9 * rate and bool(slope < BEHIND)


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
        _answered(line, itertools.islice(texts, 1))  # it is up
        _answered(line, itertools.islice(itertools.cycle(texts), WARM_UP))
        _at_rate(line, texts, max(RATES), WARM_UP_SECONDS)
        return _climb(line, texts)


def _climb(line: Line, texts: list[str]) -> Figures:
    """Latency at the rates of interest, and at half of the highest that was kept up with."""
    at = functools.partial(_at_rate, line, texts)
    found = {rate: at(rate, SECONDS) for rate in RATES}
    figures = {name: value for rate in RATES for name, value in found[rate].percentiles(f"{rate}/s").items()}
    kept = [rate for rate in RATES if found[rate].keep_up_with(rate)]
    kept += itertools.takewhile(lambda rate: at(rate, TRIAL_SECONDS).keep_up_with(rate), HIGHER)
    most = max(kept, default=RATES[0])
    return {**figures, "reviews/s kept up with": float(most), **at(most // 2, SECONDS).percentiles("half of that")}


def _at_rate(line: Line, texts: list[str], rate: int, seconds: int) -> Answered:
    return _answered(line, paced(itertools.islice(itertools.cycle(texts), rate * seconds), rate))


def _answered(line: Line, texts: Iterable[str]) -> Answered:
    """Send all and wait for all results."""
    sent: list[float] = []
    ages: list[float] = []
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(_send, line.route, texts)
        while not sending.done() or len(ages) < sending.result():
            records = line.service.answers(line.reader)
            now = time.time()
            arrived = [_decoder.decode(record.value or b"").sent_at() for record in records]
            sent += arrived
            ages += [now - at for at in arrived]
    return Answered(sent, ages)


def _send(route: Route, texts: Iterable[str]) -> int:
    """Each at once; how many they were."""
    producer, sent = Producer({"bootstrap.servers": route.servers, "linger.ms": 0}), 0
    for text in texts:
        producer.produce(route.reviews, msgspec.json.encode(Review(text, time.time())), str(sent).encode())
        sent += 1
    producer.flush()
    return sent
