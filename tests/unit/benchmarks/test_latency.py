"""Which rates count as kept up with."""

from __future__ import annotations

import pytest

from benchmarks.parts.latency import Answered

STEADY = [0.03 + number % 7 * 0.01 for number in range(5_000)]
GROWING = [0.03 + number * 0.0003 for number in range(5_000)]  # 0.3 s in each second of a thousand


@pytest.mark.parametrize(
    ("ages", "interval", "kept"), [(STEADY, 0.001, True), (GROWING, 0.001, False), (STEADY, 0.0012, False)]
)
def test_a_rate_is_kept_up_with_if_it_was_sent_and_nothing_waits_longer_and_longer(
    ages: list[float], interval: float, kept: bool
) -> None:
    answered = Answered([1_000.0 + number * interval for number in range(5_000)], ages)
    assert answered.keep_up_with(1_000) == kept
