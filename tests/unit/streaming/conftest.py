"""A small real model; the fake cluster stands for Kafka, as tests/contract shows that it may."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentiment import Classifier
from tests.tiny import write_tiny_model


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return Classifier.load(write_tiny_model(Path(tmp_path_factory.mktemp("models"))))
