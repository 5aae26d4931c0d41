"""Counts by the second over the last hour, in arrays that never grow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]

HOUR = 3600
BINS = 20  # of the positive class's probability, all of equal width
MOST_REASONS = 12  # that are counted apart; later ones count as OTHER
OTHER = "other"

_RESULTS, _POSITIVE, _REVIEW, _HISTOGRAM = 0, 1, 2, 3
_REASONS = _HISTOGRAM + BINS


class Last(NamedTuple):
    """The last seconds, the oldest first: arrays of shape (seconds,), and sums over all of them."""

    results: Counts
    positive: Counts
    needs_review: Counts
    histogram: Counts  # shape (BINS,)
    reasons: dict[str, int]


class Window:
    """A ring with a row for each second. Seconds that the ring has left behind are not counted."""

    def __init__(self, seconds: int = HOUR) -> None:
        self._second = np.full(seconds, -1, np.int64)
        self._rows = np.zeros((seconds, _REASONS + MOST_REASONS + 1), np.int32)
        self._reasons: list[str] = []

    def add_result(self, second: int, probability: float, needs_review: bool) -> None:
        row = self._row(second)
        if row is not None:
            row[_RESULTS] += 1
            row[_POSITIVE] += probability > 0.5
            row[_REVIEW] += needs_review
            row[_HISTOGRAM + min(int(probability * BINS), BINS - 1)] += 1

    def add_dead_letter(self, second: int, reason: str) -> None:
        row = self._row(second)
        if row is not None:
            row[_REASONS + self._place(reason)] += 1

    def last(self, now: int, seconds: int) -> Last:
        """The `seconds` that end with `now`, at most as many as the ring has."""
        wanted = np.arange(now - min(seconds, len(self._second)) + 1, now + 1)
        slots = wanted % len(self._second)
        rows = np.where((self._second[slots] == wanted)[:, None], self._rows[slots], 0).astype(np.int64)
        reasons = rows[:, _REASONS:].sum(axis=0).tolist()
        named = zip([*self._reasons, OTHER], [*reasons[: len(self._reasons)], reasons[-1]], strict=True)
        return Last(
            rows[:, _RESULTS],
            rows[:, _POSITIVE],
            rows[:, _REVIEW],
            rows[:, _HISTOGRAM:_REASONS].sum(axis=0),
            {name: count for name, count in named if count},
        )

    def _row(self, second: int) -> npt.NDArray[np.int32] | None:
        slot = second % len(self._second)
        if second < self._second[slot]:
            return None
        if second > self._second[slot]:
            self._second[slot] = second
            self._rows[slot] = 0
        row: npt.NDArray[np.int32] = self._rows[slot]
        return row

    def _place(self, reason: str) -> int:
        if reason not in self._reasons:
            if len(self._reasons) == MOST_REASONS:
                return MOST_REASONS
            self._reasons.append(reason)
        return self._reasons.index(reason)
