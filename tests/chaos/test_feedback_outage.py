"""A server whose broker is away refuses feedback in bounded time, answers all else, and recovers by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from local import broker
from streaming.brokers.kafka_python import KafkaPythonCluster
from streaming.brokers.kafka_python_publisher import WAIT_SECONDS, WAITING
from streaming.brokers.seam import Topic
from streaming.settings import Connection
from tests.contract.conftest import read
from tests.kafka_broker import shared_software
from tests.tiny import write_tiny_model

TOPIC = "reviews.feedback"
PATIENCE_SECONDS = 30


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    broker.stop(tmp_path)


@contextmanager
def serving(models: Path, servers: str) -> Iterator[str]:
    """The server's host and port."""
    flags = ["--port", "0", "--model", str(models), "--bootstrap-servers", servers]
    command = [sys.executable, "-m", "cli", "serve", *flags]
    with subprocess.Popen(command, env=os.environ.copy(), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().rpartition("//")[2].strip()
        finally:
            process.terminate()


def post(server: str, path: str, body: dict[str, Any]) -> int:
    """The status of an answer, which never comes later than it may."""
    started = time.monotonic()
    with closing(HTTPConnection(server, timeout=PATIENCE_SECONDS)) as connection:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        status = connection.getresponse().status
    assert time.monotonic() - started < 4 * WAIT_SECONDS + 1
    return status


def test_feedback_goes_on_once_the_broker_is_back(home: Path) -> None:
    running = broker.start(home, shared_software(), port=0)
    cluster = KafkaPythonCluster(Connection(bootstrap_servers=running.address))
    cluster.create([Topic(TOPIC, 1, 1, {})])
    with serving(write_tiny_model(home / "models"), running.address) as server:

        def feedback(number: int) -> int:
            return post(server, "/feedback", {"id": number, "label": "positive"})

        assert feedback(1) == 202
        broker.stop(home)
        with ThreadPoolExecutor(2 * WAITING) as pool:
            refused = [pool.submit(feedback, 2) for _ in range(2 * WAITING)]
            assert post(server, "/predict", {"text": "good"}) == 200
            assert {future.result() for future in refused} == {503}
        broker.start(home, shared_software(), port=int(running.address.rpartition(":")[2]))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while feedback(3) != 202:
            assert time.monotonic() < deadline
    with closing(cluster.read([TOPIC], from_beginning=True)) as reader:
        kept = [json.loads(record.value or b"") for record in read(reader, 2)]
    assert (kept[0], kept[-1]) == ({"id": "1", "label": "positive"}, {"id": "3", "label": "positive"})
