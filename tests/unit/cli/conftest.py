"""A cluster in memory behind the verbs about Kafka."""

from __future__ import annotations

import pytest

from cli import broker_options
from streaming.brokers.memory import MemoryCluster


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> MemoryCluster:
    cluster = MemoryCluster()
    monkeypatch.setattr(broker_options, "cluster", lambda *_: cluster)
    return cluster
