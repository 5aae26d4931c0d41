"""A small real model; the fake cluster stands for Kafka, as tests/contract shows that it may."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentiment import Classifier
from streaming.brokers.memory import MemoryCluster
from streaming.topics import create_topics
from tests.tiny import write_tiny_model
from tests.unit.streaming.looping import SETTINGS


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return Classifier.load(write_tiny_model(Path(tmp_path_factory.mktemp("models"))))


@pytest.fixture
def cluster() -> MemoryCluster:
    cluster = MemoryCluster(most_records=7)
    create_topics(cluster, SETTINGS.topics, SETTINGS.limits)
    return cluster
