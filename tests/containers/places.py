"""Where the product runs for these tests: its image beside a broker in a container, or, without Docker, its processes
beside a broker of this machine. The tests are the same.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from cli.demo.preparing import free_port
from tests.kafka_broker import own_broker, why_no_container
from tests.kafka_container import ALIAS, INSIDE, KafkaContainer
from tests.listening import listens

IMAGE = os.environ.get("SERVE_IMAGE", "review-sentiment/serve:latest")
API_PORT = 8000
STOP_SECONDS = 20


class Service(Protocol):
    """One process of the product, which can be killed and started again under the same name."""

    def start(self) -> None: ...
    def address(self) -> str: ...
    def log(self) -> str: ...
    def kill(self) -> None: ...
    def stop(self) -> int:
        """SIGTERM; the exit code."""


@dataclass
class Place:
    """A broker, and a way to run `sentiment ARGUMENTS` beside it; `outside` is the broker's address for the tests."""

    outside: str
    inside: str
    models: Path
    network: Network | None
    stack: ExitStack = field(default_factory=ExitStack)

    def run(self, *arguments: str) -> Service:
        """Started, with the model and the broker at hand; ended when the test ends."""
        service = Container(self, arguments) if self.network else Process(self, arguments)
        self.stack.callback(service.remove)
        service.start()
        return service


class Container:
    """A container of the serving image, as strict as the compose file: read-only, no capability."""

    def __init__(self, place: Place, arguments: tuple[str, ...]) -> None:
        assert place.network
        strict = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges"]}
        self.container = (
            DockerContainer(IMAGE)
            .with_command(list(arguments))
            .with_env("KAFKA_BOOTSTRAP_SERVERS", place.inside)
            .with_volume_mapping(place.models, "/models", "ro")
            .with_network(place.network)
            .with_exposed_ports(API_PORT)
            .with_tmpfs_mount("/tmp")  # noqa: S108 - in the container
            .with_kwargs(**strict)
        )
        self.started = False

    def start(self) -> None:
        self.container.get_wrapped_container().start() if self.started else self.container.start()
        self.started = True

    def address(self) -> str:
        return f"http://{self.container.get_container_host_ip()}:{self.container.get_exposed_port(API_PORT)}"

    def log(self) -> str:
        return b"".join(self.container.get_logs()).decode()

    def kill(self) -> None:
        self.container.get_wrapped_container().kill()
        self.container.wait()

    def stop(self) -> int:
        self.container.get_wrapped_container().stop(timeout=STOP_SECONDS)
        return self.container.wait()

    def remove(self) -> None:
        self.container.stop()


class Process:
    """The same command as a process of this machine."""

    def __init__(self, place: Place, arguments: tuple[str, ...]) -> None:
        self.command = [sys.executable, "-m", "cli", *arguments]
        self.port = str(free_port(0))
        named = {"SENTIMENT_MODEL": str(place.models), "SENTIMENT_PORT": self.port}
        self.environment = os.environ | named | {"KAFKA_BOOTSTRAP_SERVERS": place.inside}
        self.written = place.models.parent / f"service-{self.port}.log"

    def start(self) -> None:
        with self.written.open("ab") as log:
            self.process = subprocess.Popen(self.command, env=self.environment, stdout=log, stderr=log)

    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def log(self) -> str:
        return self.written.read_text()

    def kill(self) -> None:
        """All of it, as with a container: its workers, which end soon after it, answer until then."""
        self.process.kill()
        self.process.wait()
        deadline = time.monotonic() + STOP_SECONDS
        while listens("127.0.0.1", int(self.port)):
            assert time.monotonic() < deadline, f"port {self.port} is still listened on"
            time.sleep(0.01)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)

    def remove(self) -> None:
        self.kill()


@contextmanager
def some_place(models: Path) -> Iterator[Place]:
    """A place in containers where there is Docker, else on this machine, unless an image is what is to be tested."""
    if reason := why_no_container():
        if "SERVE_IMAGE" in os.environ:
            pytest.fail(f"{IMAGE} can't be tested: {reason}")
        with own_broker() as servers:
            yield Place(servers, servers, models, None)
    else:
        with Network() as network, KafkaContainer(network) as kafka:
            yield Place(kafka.servers, f"{ALIAS}:{INSIDE}", models, network)
