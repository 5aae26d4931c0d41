"""A worker from start to stop, and several of them under one supervisor; either has one endpoint."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from monitoring.room import FIGURES, take_room, when_orphaned
from sentiment import Classifier
from sentiment.errors import SentimentError
from streaming import garbage
from streaming.brokers.clients import open_cluster
from streaming.brokers.seam import Group
from streaming.delivery import deliver
from streaming.endpoint import serving
from streaming.metrics import StreamMetrics
from streaming.respond import respond
from streaming.settings import StreamSettings
from streaming.supervisor import Crew, Patience, supervise
from streaming.watchdog import watching

log = logging.getLogger("sentiment.stream")


def run(settings: StreamSettings, model: Path) -> None:
    """Answer reviews until SIGTERM or SIGINT; a worker's failure is a ServiceError."""
    stop = stop_on_signal()
    if settings.workers > 1:
        return _run_several(settings, model, stop)
    registry = CollectorRegistry()
    with _endpoint(settings, registry):
        return _work(settings, model, registry, stop)


def say_what_happens() -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO)


def _work(settings: StreamSettings, model: Path, registry: CollectorRegistry, stop: Event) -> None:
    """One worker, from the model's loading to the end of its last batch."""
    with watching() as turned:
        classifier = Classifier.load(model)
        metrics = StreamMetrics(classifier, registry)
        answer = partial(respond, classifier=classifier, settings=settings)
        cluster = open_cluster(settings.client, settings.connection, settings.limits)
        with closing(cluster.join(Group(settings.group, settings.instance, settings.topics.reviews))) as broker:
            topics, named = " ".join(settings.topics.names()), (settings.group, settings.instance)
            log.info("ready: model %s, topics %s, group %s, instance %s", classifier.version, topics, *named)
            garbage.freeze()
            deliver(broker, answer, metrics, stop, turned)
            broker.leave()
    log.info("stopped")


def _run_several(settings: StreamSettings, model: Path, stop: Event) -> None:
    Classifier.load(model)  # what does not load stops the start, not each worker again and again
    registry = CollectorRegistry()
    with tempfile.TemporaryDirectory(prefix="sentiment-") as folder, _endpoint(settings, registry):
        os.environ[FIGURES] = folder  # the workers read it when they import the library
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
        crew = Crew(partial(_start, settings, model), partial(_forget, folder))
        supervise(crew, settings.workers, stop, Patience())


def _start(settings: StreamSettings, model: Path, number: int) -> BaseProcess:
    """Start the worker of that number in a new interpreter. Its name is the same at each start."""
    its_own = replace(settings, instance=f"{settings.instance}-{number}")
    process = multiprocessing.get_context("spawn").Process(target=_process, args=(its_own, model), daemon=True)
    process.start()
    return process


def _forget(folder: str, process: BaseProcess) -> None:
    """Drop what only holds for a process that lives, such as its lag; its counts stay."""
    mark_process_dead(process.pid, folder)  # type: ignore[no-untyped-call]


def _process(settings: StreamSettings, model: Path) -> None:
    """What a worker's process does: the same as a worker alone, but for the endpoint, which its supervisor has."""
    say_what_happens()
    stop = stop_on_signal(patient=True)
    when_orphaned(stop.set)  # its supervisor's successor starts workers of the same names
    try:
        take_room()
        _work(settings, model, CollectorRegistry(), stop)
    except SentimentError as error:
        log.error("%s", error)
        sys.exit(error.exit_code)


def stop_on_signal(*, patient: bool = False) -> Event:
    """An event that SIGTERM and SIGINT set; a second signal ends the process at once, unless it is patient.

    Workers of a supervisor are: a signal to the whole group of processes reaches them twice, once through it, and what
    takes too long it kills. A second call of the handler within the first would wait for the event's own lock for ever.
    """
    stop, signals = Event(), (signal.SIGTERM, signal.SIGINT)

    def request(_: int, __: object) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN if patient else signal.SIG_DFL)
        stop.set()

    for each in signals:
        signal.signal(each, request)
    return stop


@contextmanager
def _endpoint(settings: StreamSettings, registry: CollectorRegistry) -> Iterator[None]:
    """The endpoint, where one is asked for."""
    if settings.metrics_port is None:
        yield
        return
    with serving(registry, settings.metrics_host, settings.metrics_port) as port:
        log.info("health and metrics: %s, port %d", settings.metrics_host, port)
        yield
