"""One broker for the suite; for each test, topics that are empty and services that end with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tests.containers.places import IMAGE, Container, Place, some_place
from tests.kafka_broker import why_no_container
from tests.tiny import write_tiny_model


@pytest.fixture(scope="session")
def shared_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    reason = why_no_container()
    told = f"processes of this machine, for {reason}" if reason else f"containers of {IMAGE}"
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\nThe product runs in {told}.")  # noqa: T201 - the suite says what it ran with
    with some_place(write_tiny_model(tmp_path_factory.mktemp("models") / "models")) as place:
        yield place


@pytest.fixture
def place(shared_place: Place) -> Iterator[Place]:
    with ExitStack() as stack:
        yield replace(shared_place, stack=stack)


@pytest.fixture
def container(place: Place) -> Container:
    """The API in a container of its own."""
    if reason := why_no_container():
        pytest.skip(f"of the image alone, and {reason}")
    service = place.run("serve")
    assert isinstance(service, Container)
    return service
