"""A worker killed in the middle of a transaction loses nothing and answers nothing twice. The broker needs Java."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from streaming.brokers.kafka_python import KafkaPythonCluster
from streaming.brokers.seam import Record
from streaming.producing import send_reviews
from streaming.reading import follow
from streaming.settings import CLIENTS, Connection, Limits, Topics
from streaming.supervisor import STOP_SECONDS
from streaming.topics import create_topics
from tests.contract.conftest import read
from tests.tiny import write_tiny_model

KILLS = 8
REVIEWS = 250  # before each kill
MAIN = "from cli.main import main; main()"
SENTIMENT = [sys.executable, "-c", MAIN]
HANGING = f"""
import time
from streaming import watchdog, worker
watchdog.STUCK_SECONDS = 5
worker.respond = lambda *_, **__: time.sleep(600)
{MAIN}
"""


@dataclass(frozen=True)
class Service:
    """What a supervisor knows of a worker: how to start it."""

    servers: str
    models: Path
    topics: Topics
    group: str
    client: str
    workers: int = 1
    program: str = MAIN

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        """A started worker that has said that it is ready; killed on leaving, if it is still there."""
        flags = {
            "--bootstrap-servers": self.servers,
            "--client": self.client,
            "--model": str(self.models),
            "--group": self.group,
            "--instance": "one",
            "--reviews-topic": self.topics.reviews,
            "--results-topic": self.topics.results,
            "--dead-letters-topic": self.topics.dead_letters,
            "--batch-records": "20",
            "--workers": str(self.workers),
        }
        arguments = [text for pair in flags.items() for text in pair]
        command = [sys.executable, "-c", self.program, "stream", *arguments]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as worker:
            try:
                assert worker.stderr is not None
                lines = list(_until_ready(worker.stderr))
                assert "ready" in lines[-1], "".join(lines)
                yield worker
            finally:
                worker.kill()


def _until_ready(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line
        if "ready" in line:
            return


@pytest.fixture(params=CLIENTS)
def service(request: pytest.FixtureRequest, bootstrap_servers: str, tmp_path: Path) -> Service:
    name = uuid.uuid4().hex[:8]
    topics = Topics(f"reviews-{name}", f"sentiment-{name}", f"dlq-{name}", partitions=3, replication_factor=1)
    create_topics(KafkaPythonCluster(Connection(bootstrap_servers)), topics, Limits())
    return Service(bootstrap_servers, write_tiny_model(tmp_path / "models"), topics, f"group-{name}", request.param)


def test_every_review_is_answered_exactly_once_though_the_worker_is_killed_again_and_again(service: Service) -> None:
    cluster = KafkaPythonCluster(Connection(service.servers))
    chance = random.Random(7)
    for kill in range(KILLS):
        reviews = [{"id": kill * REVIEWS + n, "text": "a good film" if n % 10 else " "} for n in range(REVIEWS)]
        with closing(cluster.read([service.topics.results], from_beginning=False)) as results:
            send_reviews(cluster, service.topics.reviews, reviews)
            with service.running() as worker:
                assert read(results, at_least=1)
                time.sleep(chance.uniform(0.0, 0.1))  # most of the reviews are still to be answered
                worker.send_signal(signal.SIGKILL)
                worker.wait()
    with service.running() as worker:
        answered, dead = _positions(cluster, service.topics.results), _positions(cluster, service.topics.dead_letters)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
    assert (answered.total(), dead.total()) == (KILLS * REVIEWS * 9 // 10, KILLS * REVIEWS // 10)
    assert max((answered + dead).values()) == 1


def test_a_worker_that_hangs_ends_and_the_next_one_answers_its_reviews(service: Service) -> None:
    cluster = KafkaPythonCluster(Connection(service.servers))
    with replace(service, program=HANGING).running() as worker:
        send_reviews(cluster, service.topics.reviews, [{"id": n, "text": "a good film"} for n in range(REVIEWS)])
        assert worker.wait(60) == 1
        assert worker.stderr is not None
        assert "in deliver" in worker.stderr.read()
    with service.running():
        assert _positions(cluster, service.topics.results).total() == REVIEWS


def test_a_supervisor_replaces_a_killed_worker_and_stops_them_all(service: Service) -> None:
    cluster = KafkaPythonCluster(Connection(service.servers))
    reviews = [{"id": n, "text": "a good film"} for n in range(KILLS * REVIEWS)]
    with (
        closing(cluster.read([service.topics.results], from_beginning=False)) as results,
        replace(service, workers=2).running() as supervisor,
    ):
        send_reviews(cluster, service.topics.reviews, reviews)
        answers = read(results, at_least=1)
        children = Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children").read_text().split()
        workers = [pid for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        assert len(workers) == 2
        os.kill(int(workers[0]), signal.SIGKILL)
        answers += read(results, at_least=len(reviews) - len(answers)) + results.poll(1.0)
        os.killpg(supervisor.pid, signal.SIGTERM)  # as systemd does: workers hear of it from the supervisor as well
        assert supervisor.wait(STOP_SECONDS + 15) == 0
        assert supervisor.stderr is not None
        said = supervisor.stderr.readlines()
        assert sum(line.endswith(" stopped\n") for line in said) == 2, "".join(said)
    assert (len(answers), len(set(map(_position, answers)))) == (len(reviews), len(reviews))
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_worker_without_a_broker_ends_with_one_line_and_1(client: str, tmp_path: Path) -> None:
    models = write_tiny_model(tmp_path / "models")
    flags = ["--client", client, "--model", str(models), "--bootstrap-servers", "localhost:1"]
    command = [*SENTIMENT, "stream", *flags]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("sentiment: listing topics at localhost:1 failed: ")


def _positions(cluster: KafkaPythonCluster, topic: str) -> Counter[str]:
    """How often each record's position was answered; read until nothing has come for a while."""
    counted: Counter[str] = Counter()
    for record in follow(cluster, [topic], from_beginning=True, idle_seconds=8):
        counted[_position(record)] += 1
    return counted


def _position(record: Record) -> str:
    """Where the record stood that this one answers."""
    headers = dict(record.headers)
    if "sentiment.reason" in headers:
        return "-".join(headers[f"__connect.errors.{part}"].decode() for part in ("topic", "partition", "offset"))
    return "-".join(map(str, json.loads(record.value or b"")["source"].values()))
