"""What has come off the stream, folded into bounded memory; written by one thread, looked at by all viewers."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from ui.cutting import cut
from ui.live.doubts import Doubts
from ui.live.seen import Seen, read_result
from ui.live.source import Record
from ui.live.window import Last, Window

LATEST = 5_000
REASON = "sentiment.reason"


class Connection(NamedTuple):
    """Whether the broker answers; `since` is in seconds of the page's clock, `detail` what is wrong, else empty.

    While it is `trying`, nobody knows yet. Once the reader itself has `ended`, nothing more will come.
    """

    since: float
    detail: str = ""
    ended: bool = False
    trying: bool = False
    waiting: int | None = None  # reviews without an answer, where the broker told


class Look(NamedTuple):
    """A viewer's look at the stream."""

    connection: Connection
    last: Last
    latest: list[Seen]  # the newest first
    unreadable: int  # records of the results' topic that were no results
    begun: float  # when the page was first connected; infinite before


class Stream:
    """Every method takes the lock: none is long."""

    def __init__(self, dead_letters: str, now: float) -> None:
        self._lock = threading.Lock()
        self._dead_letters = dead_letters
        self._window, self._doubts = Window(), Doubts()
        self._latest: deque[Seen] = deque(maxlen=LATEST)
        self._connection = Connection(now, trying=True)
        self._unreadable = 0
        self._begun = math.inf

    def add(self, records: Sequence[Record], now: float) -> None:
        """Fold records in, each at its own time, or `now` where it has none or its clock is ahead."""
        with self._lock:
            for record in records:
                second = min(record.timestamp_ms // 1000, int(now)) if record.timestamp_ms >= 0 else int(now)
                if record.topic == self._dead_letters:
                    reason = dict(record.headers).get(REASON, b"").decode(errors="replace")
                    self._window.add_dead_letter(second, reason or "unknown")
                else:
                    self._add_result(read_result(record.value, second))

    def set_connection(self, connection: Connection) -> None:
        with self._lock:
            if not (connection.detail or connection.trying):
                self._begun = min(self._begun, connection.since)
            same = _state(connection) == _state(self._connection)
            self._connection = connection._replace(since=self._connection.since) if same else connection

    def connection(self) -> Connection:
        with self._lock:
            return self._connection

    def look(self, now: float, seconds: int) -> Look:
        with self._lock:
            return Look(
                self._connection,
                self._window.last(int(now), seconds),
                list(reversed(self._latest)),
                self._unreadable,
                self._begun,
            )

    def doubtful(self) -> list[Seen]:
        """Reviews to label, the least certain first."""
        with self._lock:
            return self._doubts.queue()

    def settle(self, review: str) -> None:
        """Take a review from the queue of those to label, for all viewers."""
        with self._lock:
            self._doubts.remove(review)

    def _add_result(self, seen: Seen | None) -> None:
        if seen is None:
            self._unreadable += 1
            return
        self._window.add_result(seen.second, seen.probability, seen.needs_review)
        self._latest.append(seen._replace(text=cut(seen.text)))
        self._doubts.add(seen)


def _state(connection: Connection) -> tuple[bool, bool, bool]:
    return bool(connection.detail), connection.ended, connection.trying
