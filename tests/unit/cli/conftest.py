"""A cluster in memory behind the verbs about Kafka, a tiny model for the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import broker_options
from streaming.brokers.memory import MemoryCluster
from tests.tiny import write_tiny_model


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> MemoryCluster:
    cluster = MemoryCluster()
    monkeypatch.setattr(broker_options, "cluster", lambda *_: cluster)
    return cluster


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models"))
