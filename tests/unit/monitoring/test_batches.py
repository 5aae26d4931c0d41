"""A batch is counted at once, and as if its values had come one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

from monitoring.answers import TENTHS
from monitoring.batches import BatchHistogram


@given(st.lists(st.sampled_from(TENTHS) | st.floats(0, 1), max_size=20))
def test_many_values_at_once_are_the_same_as_one_by_one(values: list[float]) -> None:
    one_by_one = Histogram("one", "", registry=CollectorRegistry(), buckets=TENTHS)
    at_once = BatchHistogram("one", "", registry=CollectorRegistry(), buckets=TENTHS)
    for value in values:
        one_by_one.observe(value)
    at_once.observe_all(values)
    (expected,), (found,) = one_by_one.collect(), at_once.collect()
    counts = [[s.value for s in family.samples if s.name.endswith(("bucket", "count"))] for family in (expected, found)]
    assert counts[0] == counts[1]
    sums = [s.value for family in (expected, found) for s in family.samples if s.name.endswith("_sum")]
    assert sums[0] == pytest.approx(sums[1])
