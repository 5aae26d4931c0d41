"""`sentiment doctor` tells what is there from what is missing and from what is broken."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import doctor
from cli.demo.preparing import free_port
from streaming.brokers.memory import MemoryCluster
from streaming.brokers.seam import CLEANUP, MOST_BYTES, Topic
from streaming.settings import Connection, Limits, Topics
from streaming.topics import create_topics
from tests.tiny import write_tiny_model


@pytest.fixture(autouse=True)
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where a broker is looked for, something listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setattr(Connection, "bootstrap_servers", f"127.0.0.1:{listening.getsockname()[1]}")
        yield


def look(model: Path, *flags: str) -> tuple[int, dict[str, dict[str, str]]]:
    """The exit code, and by part what was found."""
    result = CliRunner().invoke(doctor.doctor, ["--model", str(model), "--json", *flags], catch_exceptions=False)
    return result.exit_code, {found["part"]: found for found in map(json.loads, result.stdout.splitlines())}


def test_what_is_there_is_named_with_its_version(tmp_path: Path, cluster: MemoryCluster) -> None:
    create_topics(cluster, Topics(), Limits())
    code, found = look(write_tiny_model(tmp_path / "models"))
    assert code == 0
    assert [found[part]["state"] for part in ("scorer", "model", "extra train", "Kafka")] == ["ok"] * 4
    assert found["extra train"]["says"].startswith("pyspark ")
    assert "reviews, sentiment, dlq.reviews, reviews.feedback" in found["Kafka"]["says"]


def test_what_is_missing_is_no_failure_and_comes_with_a_way_out(
    tmp_path: Path, cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "EXTRAS", {"fast": "no-such-package"})
    code, found = look(tmp_path / "none")
    assert code == 0
    assert [found[part]["state"] for part in ("model", "extra fast", "Kafka")] == ["missing"] * 3
    assert "sentiment train" in found["model"]["says"]
    assert "pip install '.[fast]'" in found["extra fast"]["says"]
    assert "sentiment topics" in found["Kafka"]["says"]
    assert "kafka start" not in found["Kafka"]["says"]


def test_a_stream_without_a_topic_for_feedback_lacks_only_that(tmp_path: Path, cluster: MemoryCluster) -> None:
    create_topics(cluster, Topics(feedback="told"), Limits())
    code, found = look(tmp_path / "none")
    assert (code, found["Kafka"]["state"]) == (0, "missing")
    assert "has the topics reviews, sentiment, dlq.reviews, but not reviews.feedback" in found["Kafka"]["says"]
    assert look(tmp_path / "none", "--feedback-topic", "told")[1]["Kafka"]["state"] == "ok"


def test_topics_that_take_less_than_an_answer_may_have_are_broken(tmp_path: Path, cluster: MemoryCluster) -> None:
    room = {"sentiment": "900000", "dlq.reviews": "1048588"}
    cluster.create([Topic(name, 1, 1, {MOST_BYTES: room.get(name, "1000")}) for name in Topics().names()])
    code, found = look(tmp_path / "none")
    assert (code, found["Kafka"]["state"]) == (1, "broken")
    assert "sentiment takes 900,000 bytes and needs 1,000,000" in found["Kafka"]["says"]
    assert "dlq.reviews takes 1,048,588 bytes and needs 2,000,000" in found["Kafka"]["says"]
    assert "--result-bytes to 524294 or less" in found["Kafka"]["says"]
    assert look(tmp_path / "none", "--result-bytes", "524294")[0] == 0


@pytest.mark.parametrize(("compacted", "policy"), [("sentiment", "compact"), ("dlq.reviews", "compact,delete")])
def test_answers_that_would_be_refused_or_deleted_by_compaction_are_broken(
    tmp_path: Path, cluster: MemoryCluster, compacted: str, policy: str
) -> None:
    configs = {name: {MOST_BYTES: "2000000"} for name in Topics().names()}
    configs["reviews"] |= {CLEANUP: "compact"}  # which is the sender's own affair
    configs[compacted] |= {CLEANUP: policy}
    cluster.create([Topic(name, 1, 1, config) for name, config in configs.items()])
    code, found = look(tmp_path / "none")
    assert (code, found["Kafka"]["state"]) == (1, "broken")
    assert f"compacted topics can't take the answers: {compacted};" in found["Kafka"]["says"]


def test_where_nobody_listens_is_missing_or_broken_and_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def waits(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(doctor, "require_topics", waits)
    nobody = f"127.0.0.1:{free_port(0)}"
    monkeypatch.setattr(Connection, "bootstrap_servers", nobody)
    code, found = look(tmp_path / "models")
    assert (code, found["Kafka"]["state"]) == (0, "missing")
    assert f"{nobody}: Connection refused" in found["Kafka"]["says"]
    assert "sentiment kafka start" in found["Kafka"]["says"]
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", f"{nobody}, no.such.host.invalid:9092")  # somebody says there is one
    code, found = look(tmp_path / "models")
    assert (code, found["Kafka"]["state"]) == (1, "broken")
    assert "no.such.host.invalid:9092: " in found["Kafka"]["says"]
    assert "KAFKA_BOOTSTRAP_SERVERS" in found["Kafka"]["says"]


def test_a_damaged_model_and_a_wrong_setting_are_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = write_tiny_model(tmp_path / "models")
    (coefficients,) = models.rglob("coefficients.npz")
    coefficients.write_bytes(coefficients.read_bytes()[:-1])
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "TLS")
    code, found = look(models)
    assert code == 1
    assert found["model"]["state"] == found["Kafka"]["state"] == "broken"
    assert "coefficients.npz" in found["model"]["says"]
    assert "KAFKA_SECURITY_PROTOCOL" in found["Kafka"]["says"]
