"""Large requests take turns, so that the memory of each is not needed for all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

SMALL = 16_384  # bytes of a body

T = TypeVar("T")


class Turns:
    """What large bodies ask for, one after the other; small ones don't wait.

    Answering takes no time that two threads of a process could share. All of it is done by one thread, because what
    a thread has freed is kept for that thread by the C library.
    """

    def __init__(self) -> None:
        self._one = ThreadPoolExecutor(1, "large-requests")

    def take(self, body: bytes, work: Callable[[bytes], T]) -> T:
        """What `work` returns or raises, given the body."""
        return work(body) if len(body) <= SMALL else self._one.submit(work, body).result()
