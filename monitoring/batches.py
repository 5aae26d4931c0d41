"""A histogram for the values of a batch."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from prometheus_client import Histogram


class BatchHistogram(Histogram):
    """A histogram that takes many values at the price of one: each bucket that they fall into is written once."""

    def observe_all(self, values: Sequence[float]) -> None:
        counts = [0] * len(self._buckets)
        for value in values:
            counts[bisect_left(self._upper_bounds, value)] += 1
        self._sum.inc(sum(values))
        for bucket, count in zip(self._buckets, counts, strict=True):
            if count:
                bucket.inc(count)
