"""What the page asks of a stream. The command line brings it; see docs/decisions/0050."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


class Record(Protocol):
    """A record as it was read. `timestamp_ms` is below zero where the producer gave none."""

    @property
    def topic(self) -> str: ...

    @property
    def value(self) -> bytes | None: ...

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...

    @property
    def timestamp_ms(self) -> int: ...


class Reader(Protocol):
    """Committed records of all partitions, from where it was opened on."""

    def poll(self, seconds: float) -> Sequence[Record]: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Source:
    """A stream of results and dead letters. Both calls raise ServiceError when the broker does not answer."""

    open: Callable[[], Reader]
    waiting: Callable[[], int]  # reviews that nobody has answered yet
    dead_letters: str  # the topic's name; records of any other are results
