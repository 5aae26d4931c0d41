"""The reviews that the model is least sure of, for people to label: a bounded queue."""

from __future__ import annotations

from bisect import insort

from sentiment.reviews import MOST_ID_CHARACTERS
from ui.live.seen import Seen

MOST = 200


def doubt(seen: Seen) -> float:
    """The distance from a tossed coin; 0 is the least certain."""
    return abs(seen.probability - 0.5)


class Doubts:
    """At most MOST reviews, the least certain first; one that has been labelled does not come back.

    A review without an id that feedback can name it by is left out.
    """

    def __init__(self) -> None:
        self._queue: list[Seen] = []
        self._ids: set[str] = set()
        self._done: dict[str, None] = {}  # the last labelled ones, the oldest first

    def add(self, seen: Seen) -> None:
        nameless = not 0 < len(seen.id) <= MOST_ID_CHARACTERS
        if nameless or seen.id in self._ids or seen.id in self._done:
            return
        if len(self._queue) == MOST:
            if doubt(seen) >= doubt(self._queue[-1]):
                return
            self._ids.discard(self._queue.pop().id)
        insort(self._queue, seen, key=doubt)
        self._ids.add(seen.id)

    def remove(self, review: str) -> None:
        """The review of this id is labelled, or nobody wants to label it."""
        self._queue = [seen for seen in self._queue if seen.id != review]
        self._ids.discard(review)
        self._done[review] = None
        if len(self._done) > 10 * MOST:
            del self._done[next(iter(self._done))]

    def queue(self) -> list[Seen]:
        return list(self._queue)
