"""Large requests take turns, so that the memory of each is not needed for all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

SMALL = 16_384  # bytes of a body

T = TypeVar("T")


class Turns:
    """Answers large bodies one after the other; small ones don't wait for them while a thread is free.

    Python runs one thread at a time, so taking turns loses nothing. One thread does the work, rather than all in turn
    under a lock, because what a thread frees the C library keeps for that thread.
    """

    def __init__(self) -> None:
        self._one = ThreadPoolExecutor(1, "large-requests")

    def take(self, body: bytes, work: Callable[[bytes], T]) -> T:
        """What `work` returns or raises, given the body."""
        return work(body) if len(body) <= SMALL else self._one.submit(work, body).result()
