"""A review that a fault of this program keeps from being answered stops its partition, and nothing else is lost."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from prometheus_client import CollectorRegistry

from sentiment import Classifier
from streaming.brokers.seam import Record
from streaming.delivery import FaultError, deliver
from streaming.metrics import StreamMetrics
from streaming.respond import Answers, respond
from streaming.settings import StreamSettings, Topics
from tests.contract.conftest import World, read
from tests.tiny import write_tiny_model

TEXTS = [f"a good film, {number}" for number in range(600)]  # three pieces
FAULTY = 300


def test_what_is_before_it_is_answered_and_it_is_named(world: World, tmp_path: Path) -> None:
    world.use_one_partition()  # so that number and offset are the same
    world.send(*TEXTS)
    classifier = Classifier.load(write_tiny_model(tmp_path))
    settings = StreamSettings(topics=Topics(world.reviews, world.results))
    figures = CollectorRegistry()
    metrics = StreamMetrics(classifier, figures)

    def faulty(records: Sequence[Record]) -> Answers:
        if any(record.offset == FAULTY for record in records):
            raise ZeroDivisionError("a fault of ours")
        return respond(records, classifier, settings)

    for _ in range(2):  # a restart gets no further
        first = world.join()
        with pytest.raises(FaultError, match=rf"{world.reviews}, partition 0, offset {FAULTY}: ZeroDivisionError"):
            deliver(first, faulty, metrics, Event())
        first.close()
    assert len(world.answers(FAULTY)) == FAULTY
    assert figures.get_sample_value("sentiment_messages_total", {"result": "classified"}) == FAULTY
    assert world.cluster.waiting(f"group-{world.name}", world.reviews) == len(TEXTS) - FAULTY

    stop, mended = Event(), partial(respond, classifier=classifier, settings=settings)
    with (
        closing(world.cluster.read([world.results], from_beginning=True)) as reader,
        closing(world.join()) as second,
        ThreadPoolExecutor(1) as pool,
    ):
        working = pool.submit(deliver, second, mended, metrics, stop)
        try:
            answers = read(reader, len(TEXTS)) + reader.poll(1.0)
        finally:
            stop.set()
        working.result()
    assert sorted(record.key or b"" for record in answers) == sorted(text.encode() for text in TEXTS)
