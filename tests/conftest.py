"""What several suites share: no deadlines, and one real broker, started by the first test that needs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

# A busy machine is no fault of the code: by itself, Hypothesis fails an example that takes more than 200 ms.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


class BySuite(LoadScopeScheduling):
    """Of several processes (`-n 2`), one runs all tests that share a broker, a session of Spark, a browser."""

    def _split_scope(self, nodeid: str) -> str:
        suite = nodeid.split("/")[1]
        if suite in ("contract", "integration", "chaos", "e2e"):
            return "broker"
        return nodeid.partition("::")[0] if suite == "unit" else suite


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BySuite:
    return BySuite(config, log)


@pytest.fixture(scope="session")
def bootstrap_servers(request: pytest.FixtureRequest) -> Iterator[str]:
    from tests.kafka_broker import some_broker, which_broker

    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\nKafka: {which_broker()}")  # noqa: T201 - the suite says what it ran with
    with some_broker() as servers:
        yield servers
