"""All that the page needs, as processes of their own: a broker, the stream, the API and the page itself.

Needs Java (for the broker) and Debian's chromium.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen

from cli.demo.preparing import free_port
from cli.demo.services import answers, log_has, running
from local import broker
from streaming.brokers.kafka_python import KafkaPythonCluster
from streaming.brokers.seam import Reply
from streaming.settings import Connection, Topics
from tests.kafka_broker import shared_software


class Service:
    """Something that runs until it is stopped, and can be started again."""

    def __init__(self, run: Callable[[], AbstractContextManager[object]]) -> None:
        self._run, self._running = run, ExitStack()

    def start(self) -> None:
        self._running.enter_context(self._run())

    def stop(self) -> None:
        self._running.close()


class Stack:
    """Where everything is. Each service can be taken away and brought back by a test."""

    def __init__(self, folder: Path, models: Path) -> None:
        self.folder, self.models = folder, models
        self._software = shared_software()
        self._broker_port, self._api_port, self._page_port = (free_port(0) for _ in range(3))
        self.servers = f"127.0.0.1:{self._broker_port}"
        self.api_address, self.page_address = (f"http://127.0.0.1:{port}" for port in (self._api_port, self._page_port))
        self.broker, self.stream, self.api = map(Service, (self._broker, self._stream, self._api))

    @contextmanager
    def running(self) -> Iterator[Stack]:
        """Everything but the page."""
        services = (self.broker, self.stream, self.api)
        with ExitStack() as stopping:
            for service in services:
                stopping.callback(service.stop)
                service.start()
            yield self

    @contextmanager
    def page(self) -> Iterator[Popen[bytes]]:
        where = ["--port", str(self._page_port), "--api", self.api_address, "--models", str(self.models)]
        flags = [*where, "--bootstrap-servers", self.servers]
        with running(["ui", *flags], self.folder / "ui.log", answers(f"{self.page_address}/_stcore/health")) as service:
            yield service.process

    def send(self, values: Iterable[bytes]) -> None:
        with KafkaPythonCluster(Connection(bootstrap_servers=self.servers)).sender() as sender:
            for value in values:
                sender.send(Reply(Topics.reviews, None, value, []))

    @contextmanager
    def _broker(self) -> Iterator[None]:
        """Its data outlive it, so that it comes back as it was."""
        place = self.folder / "kafka"
        place.mkdir(parents=True, exist_ok=True)
        broker.start(place, self._software, self._broker_port)
        try:
            yield
        finally:
            broker.stop(place)

    @contextmanager
    def _stream(self) -> Iterator[None]:
        log = self.folder / "stream.log"
        flags = ["--model", str(self.models), "--bootstrap-servers", self.servers, "--create-topics", "--explain"]
        with running(["stream", *flags], log, log_has(log, b"ready")):
            yield

    @contextmanager
    def _api(self) -> Iterator[None]:
        flags = ["--model", str(self.models), "--bootstrap-servers", self.servers, "--port", str(self._api_port)]
        with running(["serve", *flags], self.folder / "serve.log", answers(f"{self.api_address}/health/ready")):
            yield
