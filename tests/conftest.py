"""What several suites share: no deadlines, and one real broker, started by the first test that needs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

# A busy machine is no fault of the code: by itself, Hypothesis fails an example that takes more than 200 ms.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def bootstrap_servers(request: pytest.FixtureRequest) -> Iterator[str]:
    from tests.kafka_broker import some_broker, which_broker

    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\nKafka: {which_broker()}")  # noqa: T201 - the suite says what it ran with
    with some_broker() as servers:
        yield servers
