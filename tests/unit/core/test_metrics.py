"""Scores against values worked out by hand and by brute force; calibration against what it promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.calibration import calibration, platt, review_limit
from sentiment.language import language_of
from sentiment.metrics import evaluate, roc_auc
from sentiment.predictions import probabilities


def test_scores_of_a_case_worked_out_by_hand() -> None:
    labels = np.array([1, 1, 1, 0, 0], np.int8)
    scores = evaluate(labels, np.array([0.9, 0.8, 0.4, 0.6, 0.1]))
    assert scores.confusion == (1, 1, 1, 2)
    assert scores.accuracy == pytest.approx(3 / 5)
    assert (scores.precision, scores.recall, scores.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert scores.roc_auc == pytest.approx(5 / 6)
    assert scores.brier == pytest.approx((0.01 + 0.04 + 0.36 + 0.36 + 0.01) / 5)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.1, 0.2, 0.5, 0.7, 0.9])), min_size=1))
def test_roc_auc_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[bool, float]]) -> None:
    labels, scores = np.array([r[0] for r in rows], np.int8), np.array([r[1] for r in rows])
    pairs = [(p > n) + 0.5 * (p == n) for p in scores[labels == 1] for n in scores[labels == 0]]
    if pairs:
        assert roc_auc(labels, scores) == pytest.approx(np.mean(pairs))
    else:
        assert np.isnan(roc_auc(labels, scores))


def test_one_class_alone_has_no_roc_auc_but_all_other_scores() -> None:
    scores = evaluate(np.zeros(3, np.int8), np.array([0.1, 0.2, 0.7]))
    assert np.isnan(scores.roc_auc)
    assert (scores.accuracy, scores.precision, scores.recall) == pytest.approx((2 / 3, 0, 0))


def test_platt_scaling_finds_the_slope_and_offset_that_made_the_labels() -> None:
    random = np.random.default_rng(7)
    margins = random.normal(0, 2, 50_000)
    labels = (random.random(50_000) < probabilities(0.5 * margins + 0.3)).astype(np.int8)
    assert platt(margins, labels) == pytest.approx((0.5, 0.3), abs=0.05)


@pytest.mark.parametrize("margins", [[1.0, 2.0, -1.0, -2.0], [0.0, 0.0, 0.0, 0.0], [-1.0, -1.0, 1.0, 1.0]])
def test_platt_scaling_stays_finite_and_never_turns_labels_round(margins: list[float]) -> None:
    slope, offset = platt(np.array(margins), np.array([1, 1, 0, 0], np.int8))
    assert slope > 0
    assert np.isfinite([slope, offset]).all()


def test_outside_of_the_review_band_the_promised_share_is_right() -> None:
    random = np.random.default_rng(7)
    margins = random.normal(0, 2, 20_000)
    labels = (random.random(20_000) < probabilities(margins)).astype(np.int8)
    band = calibration(margins, labels, precision=0.95)
    probability = probabilities(band.slope * margins + band.offset)
    sure = (probability <= band.review_above) | (probability >= band.review_below)
    assert 0.2 < sure.mean() < 1
    assert np.mean((probability[sure] > 0.5) == labels[sure]) == pytest.approx(0.95, abs=0.005)


def test_where_no_answer_is_good_enough_all_need_review() -> None:
    assert review_limit(np.array([0.9, 0.1]), np.array([0, 1], np.int8), 0.97) == 1.0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("This is the worst film that I have seen", "en"),
        ("Ce film est une merveille, avec des acteurs qui sont parfaits", "fr"),
        ("12345 !!!", "other"),
    ],
)
def test_function_words_tell_the_language(text: str, language: str) -> None:
    assert language_of(text) == language
