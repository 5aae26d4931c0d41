"""What several suites share: one real broker for the whole run, started by the first test that needs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def bootstrap_servers() -> Iterator[str]:
    from tests.kafka_broker import local_broker

    with local_broker() as servers:
        yield servers
