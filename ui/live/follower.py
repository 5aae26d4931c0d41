"""The one thread that reads the stream for all viewers, and goes on when the broker comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing

from sentiment.errors import ServiceError
from ui.live.source import Reader, Source
from ui.live.stream import Connection, Stream

POLL_SECONDS = 0.25
ASK_SECONDS = 3.0  # between two questions for the lag, which also tell whether the broker is there
RETRY_SECONDS = 2.0
ENDED = "the reader has ended; the page's log says why"

Clock = Callable[[], float]


class Follower:
    """Reads from the moment it is made. `stream` holds what has come."""

    def __init__(self, source: Source, clock: Clock = time.time) -> None:
        self._source, self._clock = source, clock
        self._over = threading.Event()
        self.stream = Stream(source.dead_letters, clock())
        self._thread = threading.Thread(target=self._run, name="stream-reader", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        """Whatever ends the thread, viewers are told, for nothing new comes from then on."""
        try:
            self._read()
        finally:
            self.stream.set_connection(Connection(self._clock(), detail=ENDED, ended=True))

    def _read(self) -> None:
        """A reader that fails is replaced; what is written before the new one is open is not seen."""
        while not self._over.is_set():
            try:
                with closing(self._source.open()) as reader:
                    self._follow(reader)
            except ServiceError as error:
                self._away(error)
                self._over.wait(RETRY_SECONDS)

    def _follow(self, reader: Reader) -> None:
        ask_at = self._clock()
        while not self._over.is_set():
            self.stream.add(reader.poll(POLL_SECONDS), self._clock())
            if self._clock() >= ask_at:
                self._ask()
                ask_at = self._clock() + ASK_SECONDS

    def _ask(self) -> None:
        """The reader is kept while the broker is away: it knows its place, and goes on there."""
        try:
            self.stream.set_connection(Connection(self._clock(), waiting=self._source.waiting()))
        except ServiceError as error:
            self._away(error)

    def _away(self, error: ServiceError) -> None:
        self.stream.set_connection(Connection(self._clock(), detail=str(error)))
