"""A real Java and the real jars, in the project's own folder; fetched the first time, which needs the network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local import broker
from local.jars import Software
from tests.kafka_broker import shared_software


@pytest.fixture(scope="session")
def software() -> Software:
    return shared_software()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A broker's folder; whatever runs in it at the end is stopped."""
    yield tmp_path / "kafka"
    broker.stop(tmp_path / "kafka")
