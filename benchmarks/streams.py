"""What the parts *stream* and *latency* share: a broker of their own, topics, and the services that answer on them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec
from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from benchmarks.context import Context
from benchmarks.environments import python_of
from benchmarks.measuring import RunError
from local import broker
from local.jars import prepare
from sentiment import versions
from streaming.brokers.clients import open_cluster
from streaming.brokers.confluent_plain import once_ready
from streaming.brokers.seam import Cluster, Reader, Record, Topic
from streaming.settings import Connection, Limits

PARTITIONS = 4
ASK_SECONDS = 10
PATIENCE = 180  # seconds of one measurement
HOME = Path(os.environ.get("SENTIMENT_HOME", ".local"))


class Route(msgspec.Struct, frozen=True):
    """Where a service reads and where it answers."""

    servers: str
    reviews: str
    results: str


Command = Callable[[Route], Sequence[str | Path]]


@dataclass(frozen=True)
class Arena:
    """A broker with a client that is faster than all that is measured."""

    servers: str
    cluster: Cluster
    admin: AdminClient

    def committed(self, topic: str) -> int:
        """Where the topic's committed records end, summed over its partitions.

        The broker is asked, for reading them would take a core from who writes them. A transaction's end counts as one
        more in each partition that it wrote to: of batches of 2,000 that is one in 500.
        """
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        latest = {each: OffsetSpec.latest() for each in partitions}  # type: ignore[no-untyped-call]

        def ends(seconds: float) -> int:
            told = self.admin.list_offsets(latest, isolation_level=IsolationLevel.READ_COMMITTED)
            return sum(each.result(seconds).offset for each in told.values())

        return once_ready(ends, ASK_SECONDS)

    def topic(self, name: str) -> str:
        """A new topic; returns its name."""
        full = f"{name}-{uuid.uuid4().hex[:8]}"
        self.cluster.create([Topic(full, PARTITIONS, 1, {})])
        return full


@contextlib.contextmanager
def arena() -> Iterator[Arena]:
    """A broker that is empty, and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="bench-kafka-") as folder:
        try:
            servers = broker.start(Path(folder), prepare(HOME), port=0).address
            cluster = open_cluster("confluent", Connection(servers), Limits())
            yield Arena(servers, cluster, AdminClient({"bootstrap.servers": servers}))
        finally:
            broker.stop(Path(folder))


def ours(context: Context, client: str, workers: int) -> Command:
    """`sentiment stream`, exactly once."""

    def command(route: Route) -> Sequence[str | Path]:
        topics = ("--reviews-topic", route.reviews, "--results-topic", route.results, "--create-topics")
        how = ("--client", client, "--workers", str(workers), "--group", route.results)
        where = ("--bootstrap-servers", route.servers, "--model", context.models)
        return (sys.executable, "-m", "cli", "stream", *how, *where, *topics)

    return command


def spark(context: Context) -> Command:
    """Structured Streaming, at least once."""

    def command(route: Route) -> Sequence[str | Path]:
        pipeline = versions.resolve(context.models) / "spark"
        python = python_of("structured-streaming", context.home)
        module = (python, "-m", "benchmarks.peers.structured_streaming", "--pipeline", pipeline)
        topics = ("--servers", route.servers, "--reviews", route.reviews, "--results", route.results)
        return (*module, *topics, "--scratch", (context.home / "structured-streaming").absolute())

    return command


class Service(NamedTuple):
    """A service that runs, where it says what is wrong, and when nobody waits for it any more."""

    process: subprocess.Popen[bytes]
    log: Path
    until: float

    def answers(self, reader: Reader) -> list[Record]:
        """What has been answered since; RunError if the service has ended or takes too long."""
        self.check()
        return reader.poll(0.2)

    def check(self) -> None:
        """RunError if the service has ended or takes too long."""
        if self.process.poll() is not None:
            raise RunError(
                (self.log.read_text(errors="replace").strip() or "it said nothing").rsplit("\n", 1)[-1][:300]
            )
        if time.monotonic() > self.until:
            raise RunError(f"not done after {PATIENCE} s")


@contextlib.contextmanager
def running(command: Sequence[str | Path], log: Path) -> Iterator[Service]:
    """The service in a session of its own, all of which is killed in the end."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(map(str, command)), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield Service(process, log, time.monotonic() + PATIENCE)
    finally:
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself, and all of its children too
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
