"""The page's surroundings, real where they can be: the API on a port, a stream in memory, a small model."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from flask import Flask
from streamlit.testing.v1 import AppTest
from werkzeug.serving import make_server
from werkzeug.wsgi import get_input_stream

from api.app import create_app
from api.settings import Settings as ApiSettings
from cli.ui.wiring import score_file
from sentiment import Classifier
from sentiment.errors import ServiceError
from streaming.brokers.memory import MemoryCluster
from streaming.brokers.seam import Group, Reader, Record, Reply, Topic
from streaming.respond import respond
from streaming.settings import StreamSettings, Topics
from tests.tiny import write_tiny_model
from tests.unit.ui.opening import Open, one
from ui.app import follower as shared_follower
from ui.client import Api
from ui.context import Reach
from ui.live.follower import Follower
from ui.live.source import Source
from ui.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATIENCE_SECONDS = 10.0
TOPICS = Topics()
LIMITS = ApiSettings(max_body_bytes=20_000, max_texts=5, max_characters=2_000)


@pytest.fixture(autouse=True)
def own_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit leaves the page as the main module, and a process that another test spawns would run it."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def eventually(true: Callable[[], bool]) -> bool:
    """Whether it becomes true before patience ends."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """The address of an app that is served on a free port, with bodies that end, as the real server's do."""

    def ended(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"] = get_input_stream(environ)
        return app(environ, start_response)

    server = make_server("127.0.0.1", 0, ended, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class PatientReader:
    """A reader of the memory cluster that waits, as a real one does, and fails while the broker is away."""

    reader: Reader
    stream: MemoryStream

    def poll(self, seconds: float) -> list[Record]:
        self.stream.require()
        records = self.reader.poll(seconds)
        if not records:
            time.sleep(0.01)
        return records

    def close(self) -> None:
        self.reader.close()


@dataclass
class MemoryStream:
    """A cluster in memory, the classifier at work on it, and a switch for the broker."""

    classifier: Classifier
    cluster: MemoryCluster = field(default_factory=MemoryCluster)
    away: bool = False
    opened: int = 0
    settings: StreamSettings = field(default_factory=StreamSettings)

    def __post_init__(self) -> None:
        self.cluster.create([Topic(name, 2, 1, {}) for name in TOPICS.names()])
        self.broker = self.cluster.join(Group("sentiment", "one", TOPICS.reviews))

    def require(self) -> None:
        if self.away:
            raise ServiceError("the broker is away")

    def open(self) -> Reader:
        self.require()
        self.opened += 1
        return PatientReader(self.cluster.read([TOPICS.results, TOPICS.dead_letters], from_beginning=False), self)

    def waiting(self) -> int:
        self.require()
        return self.cluster.waiting("sentiment", TOPICS.reviews)

    def source(self) -> Source:
        return Source(self.open, self.waiting, TOPICS.dead_letters)

    def send(self, *values: bytes) -> None:
        with self.cluster.sender() as sender:
            for value in values:
                sender.send(Reply(TOPICS.reviews, None, value, []))

    def answer(self) -> None:
        """Answer all that waits, as the stream door does."""
        while (batch := self.broker.poll()).records:
            with self.broker.transaction(batch) as outbox:
                for reply in respond(batch.records, self.classifier, self.settings).replies:
                    outbox.send(reply)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("ui") / "models")


@pytest.fixture(scope="session")
def classifier(models: Path) -> Classifier:
    return Classifier.load(models)


@pytest.fixture
def kept() -> list[tuple[bytes, bytes]]:
    """The feedback that the API has taken."""
    return []


@pytest.fixture
def address(classifier: Classifier, kept: list[tuple[bytes, bytes]]) -> Iterator[str]:
    with listening(create_app(classifier, LIMITS, lambda key, value: kept.append((key, value)))) as url:
        yield url


@pytest.fixture
def api(address: str) -> Api:
    return Api(Settings(address))


@pytest.fixture
def stream(classifier: Classifier) -> MemoryStream:
    return MemoryStream(classifier)


@pytest.fixture
def follower(stream: MemoryStream) -> Iterator[Follower]:
    follower = Follower(stream.source())
    assert eventually(lambda: stream.opened == 1)
    yield follower
    follower.stop()


@pytest.fixture
def reach(api: Api, stream: MemoryStream, models: Path) -> Reach:
    return Reach(api, stream.source(), score_file, models)


@pytest.fixture
def open_page(reach: Reach) -> Iterator[Open]:
    """A function that runs one page for a new viewer; the reader that it made is stopped at the end."""
    st.cache_resource.clear()
    given = {"reach": reach}

    def run(page: str, language: str = "en", **changes: object) -> AppTest:
        given["reach"] = replace(reach, **changes)  # type: ignore[arg-type]
        app = AppTest.from_function(one, kwargs={"reach": given["reach"], "page": page, "language": language})
        app.run(timeout=20)
        assert not app.exception
        return app

    yield run
    shared_follower(given["reach"].source).stop()
    st.cache_resource.clear()
