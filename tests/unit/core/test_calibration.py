"""Calibration and the review band against what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.calibration import Observed, platt, review_limit, scale
from sentiment.metrics import evaluate
from sentiment.predictions import probabilities


def test_platt_scaling_finds_the_slope_and_offset_that_made_the_labels() -> None:
    random = np.random.default_rng(7)
    margins = random.normal(0, 2, 50_000)
    labels = (random.random(50_000) < probabilities(0.5 * margins + 0.3)).astype(np.int8)
    assert platt(margins, Observed.of(labels)) == pytest.approx((0.5, 0.3), abs=0.05)


def test_a_row_of_weight_two_counts_as_two_rows() -> None:
    margins, labels = np.array([-2.0, -1.0, 0.5, 1.0, 3.0]), np.array([0, 1, 0, 1, 1], np.int8)
    times = np.array([2, 1, 1, 2, 1])
    twice = platt(np.repeat(margins, times), Observed.of(np.repeat(labels, times)))
    assert platt(margins, Observed.of(labels, times.astype(np.float64))) == pytest.approx(twice)
    assert platt(margins, Observed.of(labels)) != pytest.approx(twice)


@pytest.mark.parametrize("times", [3, 10, 40, 2000])
def test_platt_scaling_takes_back_what_margins_are_too_sure_of(times: int) -> None:
    random = np.random.default_rng(7)
    margins = random.normal(0, 1.5, 4000)
    labels = (random.random(4000) < probabilities(margins)).astype(np.int8)
    slope, offset = platt(times * (margins + 1), Observed.of(labels))
    assert (slope * times, offset) == pytest.approx((1, -1), abs=0.1)
    assert evaluate(labels, probabilities(slope * times * (margins + 1) + offset)).ece < 0.03


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_no_scaling_is_found_where_a_margin_is_not_finite(bad: float) -> None:
    labels = np.array([1, 1, 0, 0], np.int8)
    for base, first in ((bad, 1.0), (0.0, bad)):
        observed = Observed(labels, np.ones(4), np.array([base, 0.0, 0.0, 0.0]))
        design = np.array([[first], [2.0], [-1.0], [-0.5]])
        assert scale(design, np.ones(1), observed) == (np.ones(1), False)
    assert platt(np.array([bad, 2.0, -1.0, -0.5]), Observed.of(labels)) == (1.0, 0.0)


@given(st.lists(st.tuples(st.booleans(), st.floats(-1e6, 1e6)), min_size=2))
def test_a_scaling_is_as_likely_as_none_at_least(rows: list[tuple[bool, float]]) -> None:
    labels, margins = np.array([label for label, _ in rows], np.int8), np.array([margin for _, margin in rows])
    design = np.column_stack([margins, np.ones(len(rows))])
    slope, offset = scale(design, np.array([1.0, 0.0]), Observed.of(labels)).factors.tolist()
    assert np.isfinite([slope, offset]).all()
    positives, negatives = labels.sum(), len(rows) - labels.sum()
    targets = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    losses = [(np.logaddexp(0, m) - targets * m).sum() for m in (slope * margins + offset, margins)]
    assert losses[0] <= losses[1] * (1 + 1e-9)


@pytest.mark.parametrize("margins", [[1.0, 2.0, -1.0, -2.0], [0.0, 0.0, 0.0, 0.0], [-1.0, -1.0, 1.0, 1.0]])
def test_platt_scaling_stays_finite_and_never_turns_labels_round(margins: list[float]) -> None:
    slope, offset = platt(np.array(margins), Observed.of(np.array([1, 1, 0, 0], np.int8)))
    assert slope > 0
    assert np.isfinite([slope, offset]).all()


def test_outside_of_the_review_band_the_promised_share_is_right() -> None:
    random = np.random.default_rng(7)
    margins = random.normal(0, 2, 20_000)
    labels = (random.random(20_000) < probabilities(margins)).astype(np.int8)
    probability = probabilities(margins)
    limit = review_limit(probability, Observed.of(labels), 0.95)
    sure = (probability <= 1 - limit) | (probability >= limit)
    assert 0.2 < sure.mean() < 1
    assert np.mean((probability[sure] > 0.5) == labels[sure]) == pytest.approx(0.95, abs=0.005)


def test_where_no_answer_is_good_enough_all_need_review() -> None:
    assert review_limit(np.array([0.9, 0.1]), Observed.of(np.array([0, 1], np.int8)), 0.97) == 1.0


def test_a_review_of_a_rare_class_counts_in_the_band_as_much_as_its_weight() -> None:
    probability, labels = np.repeat([0.95, 0.9, 0.05], [9, 9, 2]), np.repeat([1, 0, 1, 0], [9, 1, 8, 2]).astype(np.int8)
    assert review_limit(probability, Observed.of(labels), 0.9) == 0.9
    assert review_limit(probability, Observed.of(labels, np.where(labels, 1.0, 4.0)), 0.9) == 0.95


@given(
    rows=st.lists(st.tuples(st.sampled_from([0.05, 0.2, 0.5, 0.7, 0.9]), st.booleans()), min_size=1),
    precision=st.sampled_from([0.5, 0.8, 0.97]),
)
def test_answers_of_one_confidence_are_all_sure_or_none_is(rows: list[tuple[float, bool]], precision: float) -> None:
    probability, labels = np.array([row[0] for row in rows]), np.array([row[1] for row in rows], np.int8)
    confidence = np.maximum(probability, 1 - probability)
    right = (probability > 0.5) == labels
    limits = (each for each in np.unique(confidence) if right[confidence >= each].mean() >= precision)
    assert review_limit(probability, Observed.of(labels), precision) == min(limits, default=1.0)
