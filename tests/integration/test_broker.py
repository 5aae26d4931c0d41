"""The broker of one folder: started, found again, stopped, killed; what it keeps and why it did not start."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from local import broker
from local.jars import Software
from local.processes import comes_true
from sentiment.errors import ServiceError


def write(address: str, value: bytes) -> None:
    """A review on a new topic, acknowledged by the broker."""
    admin = KafkaAdminClient(bootstrap_servers=address)
    admin.create_topics([NewTopic("reviews", num_partitions=1, replication_factor=1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=address, acks="all")
    producer.send("reviews", value).get(timeout=30)
    producer.close()


def read(address: str) -> bytes:
    """The first review on the topic."""
    consumer = KafkaConsumer(
        "reviews", bootstrap_servers=address, auto_offset_reset="earliest", consumer_timeout_ms=30_000
    )
    value: bytes = next(consumer).value
    consumer.close()
    return value


def kill(running: broker.Broker, folder: Path) -> None:
    os.kill(running.pid, signal.SIGKILL)
    assert comes_true(lambda: broker.status(folder) is None, 10)


def test_what_is_written_is_there_after_a_stop_and_a_start(folder: Path, software: Software) -> None:
    write(broker.start(folder, software, port=0).address, b"good")
    broker.stop(folder)
    assert read(broker.start(folder, software, port=0).address) == b"good"


def test_what_is_written_is_there_after_kill_9(folder: Path, software: Software) -> None:
    running = broker.start(folder, software, port=0)
    write(running.address, b"good")
    kill(running, folder)
    assert read(broker.start(folder, software, port=0).address) == b"good"


def test_two_starts_at_once_give_one_broker_and_stop_ends_it(folder: Path, software: Software) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: broker.start(folder, software, port=0), range(2))
    assert first == second == broker.status(folder) == broker.stop(folder)
    assert broker.status(folder) is None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(first.address.split(":")[1])))


def test_only_this_machine_can_connect(folder: Path, software: Software) -> None:
    broker.start(folder, software, port=0)
    listeners = re.findall(r"PLAINTEXT://|CONTROLLER://", (folder / "server.properties").read_text())
    assert len(listeners) == len(re.findall(r"://127\.0\.0\.1:\d+", (folder / "server.properties").read_text())) == 2


def test_another_program_on_the_usual_port_makes_it_take_a_free_one(
    folder: Path, software: Software, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(broker, "USUAL_PORT", other.getsockname()[1])
        running = broker.start(folder, software)
    write(running.address, b"good")
    assert running.address != f"127.0.0.1:{broker.USUAL_PORT}"


def test_a_port_that_was_asked_for_is_taken_or_refused(folder: Path, software: Software) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServiceError, match=f"port {port} is not free"):
            broker.start(folder, software, port)
    assert broker.start(folder, software, port).address == f"127.0.0.1:{port}"


def test_a_damaged_data_folder_is_told_in_kafkas_words(folder: Path, software: Software) -> None:
    broker.start(folder, software, port=0)
    broker.stop(folder)
    (folder / "data" / "meta.properties").write_text("damaged")
    with pytest.raises(ServiceError, match=r"ended while starting: .*node ID not found.*kafka\.log"):
        broker.start(folder, software, port=0)
    assert broker.status(folder) is None


def test_data_of_another_node_are_told_in_kafkas_words(folder: Path, software: Software) -> None:
    broker.start(folder, software, port=0)
    broker.stop(folder)
    meta = folder / "data" / "meta.properties"
    meta.write_text(meta.read_text().replace("node.id=1", "node.id=7"))
    with pytest.raises(ServiceError, match=r"ended while starting: .*node.*7.*kafka\.log"):
        broker.start(folder, software, port=0)


def test_a_record_whose_process_is_another_program_fools_nobody(folder: Path, software: Software) -> None:
    kill(broker.start(folder, software, port=0), folder)
    with subprocess.Popen(["sleep", "60"]) as other:
        (folder / "broker.json").write_text(f'{{"address":"127.0.0.1:9092","pid":{other.pid}}}')
        assert broker.status(folder) is None
        assert broker.stop(folder) is None
        assert other.poll() is None
        other.kill()


def test_a_folder_that_never_had_a_broker_has_none_to_stop(folder: Path) -> None:
    assert broker.stop(folder) is None
    assert broker.status(folder) is None
    assert not folder.exists()
