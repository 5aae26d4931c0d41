"""Scores against values worked out by hand and by brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.curves import Floats, Labels, coverage_precision, precision_recall, ranking, reliability, roc, wilson
from sentiment.language import language_of
from sentiment.metrics import MEASURES, ece_by_chance, evaluate, intervals, roc_auc
from sentiment.predictions import probabilities

ROWS = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.7, 0.9, 1.0])), min_size=1)


def arrays(rows: list[tuple[bool, float]]) -> tuple[Labels, Floats]:
    return np.array([label for label, _ in rows], np.int8), np.array([score for _, score in rows])


def calibrated(rows: int) -> tuple[Labels, Floats]:
    """Labels that come true as often as their probabilities say."""
    random = np.random.default_rng(7)
    probability = random.random(rows)
    return (random.random(rows) < probability).astype(np.int8), probability


def test_scores_of_a_case_worked_out_by_hand() -> None:
    labels = np.array([1, 1, 1, 0, 0], np.int8)
    scores = evaluate(labels, np.array([0.9, 0.8, 0.4, 0.6, 0.1]))
    assert scores.confusion == (1, 1, 1, 2)
    assert scores.accuracy == pytest.approx(3 / 5)
    assert (scores.precision, scores.recall, scores.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert scores.roc_auc == pytest.approx(5 / 6)
    assert scores.brier == pytest.approx((0.01 + 0.04 + 0.36 + 0.36 + 0.01) / 5)


@given(ROWS)
def test_roc_auc_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[bool, float]]) -> None:
    labels, scores = arrays(rows)
    pairs = [(p > n) + 0.5 * (p == n) for p in scores[labels == 1] for n in scores[labels == 0]]
    if pairs:
        assert roc_auc(labels, scores) == pytest.approx(np.mean(pairs))
    else:
        assert np.isnan(roc_auc(labels, scores))


@given(ROWS)
def test_every_point_of_the_curves_is_what_its_threshold_gives(rows: list[tuple[bool, float]]) -> None:
    labels, scores = arrays(rows)
    thresholds = np.unique(scores)[::-1]
    found = [((labels == 1) & (scores >= t)).sum() for t in thresholds]
    false = [((labels == 0) & (scores >= t)).sum() for t in thresholds]
    positives, negatives = labels.sum(), len(labels) - labels.sum()
    if not positives or not negatives:
        assert np.isnan(evaluate(labels, scores).pr_auc)
        return
    line = roc(labels, scores)
    assert line.y == pytest.approx([0, *np.divide(found, positives)])
    assert line.x == pytest.approx([0, *np.divide(false, negatives)])
    assert roc_auc(labels, scores) == pytest.approx(np.trapezoid(line.y, line.x))
    line = precision_recall(labels, scores)
    assert line.x == pytest.approx(np.divide(found, positives))
    assert line.y == pytest.approx(np.divide(found, np.add(found, false)))
    assert evaluate(labels, scores).pr_auc == pytest.approx(np.diff(line.x, prepend=0) @ line.y)


@given(ROWS)
def test_coverage_counts_the_most_confident_answers_and_those_of_them_that_are_right(
    rows: list[tuple[bool, float]],
) -> None:
    labels, probability = arrays(rows)
    confidence, right = np.maximum(probability, 1 - probability), (probability > 0.5) == labels
    line = coverage_precision(labels, probability)
    for place, limit in enumerate(np.unique(confidence)[::-1]):
        assert line.x[place] == pytest.approx((confidence >= limit).mean())
        assert line.y[place] == pytest.approx(right[confidence >= limit].mean())


@given(ROWS)
def test_the_calibration_error_is_the_mean_gap_of_the_reliability_bins(rows: list[tuple[bool, float]]) -> None:
    labels, probability = arrays(rows)
    bins = reliability(labels, probability)
    assert bins.rows.sum() == len(rows)
    gap = (np.abs(bins.predicted - bins.observed) * bins.rows).sum() / len(rows)
    assert evaluate(labels, probability).ece == pytest.approx(gap)


def test_no_rows_have_no_ranking() -> None:
    assert [len(each) for each in ranking(np.array([]))] == [0, 0]


def test_an_interval_of_the_accuracy_is_as_wide_as_theory_has_it() -> None:
    labels, probability = calibrated(2000)
    accuracy = evaluate(labels, probability).accuracy
    error = 1.96 * np.sqrt(accuracy * (1 - accuracy) / 2000)
    assert intervals(labels, probability, np.arange(2000), seed=1)["accuracy"] == pytest.approx(
        (accuracy - error, accuracy + error), abs=0.003
    )


def test_rows_that_are_copies_of_one_another_count_once_for_an_interval() -> None:
    labels, probability = calibrated(200)
    once = intervals(labels, probability, np.arange(200), seed=1)
    copies = (np.repeat(each, 25) for each in (labels, probability, np.arange(200)))
    assert intervals(*copies, seed=1) == {name: pytest.approx(interval) for name, interval in once.items()}


@pytest.mark.parametrize("rows", [40, 2000])
def test_every_score_lies_in_its_interval(rows: int) -> None:
    labels, probability = calibrated(rows)
    scores, found = evaluate(labels, probability), intervals(labels, probability, np.arange(rows), seed=1, rounds=200)
    assert list(found) == [name for name in MEASURES if name != "ece"]
    for name, (low, high) in found.items():
        assert low <= getattr(scores, name) <= high, name
        assert low < high, name


def test_calibrated_answers_exceed_the_error_of_chance_alone_in_one_draw_of_forty() -> None:
    random = np.random.default_rng(7)
    probability = random.beta(0.5, 0.5, 400)
    mean, most = ece_by_chance(probability, seed=1)
    drawn = (random.random((4000, 400)) < probability).astype(np.int8)
    errors = np.array([evaluate(labels, probability).ece for labels in drawn])
    assert mean == pytest.approx(errors.mean(), rel=0.03)
    assert (errors > most).mean() == pytest.approx(0.025, abs=0.01)


def test_answers_that_are_too_sure_have_a_greater_error_than_chance_alone_gives() -> None:
    labels, probability = calibrated(2000)
    sure = probabilities(3 * np.log(probability / (1 - probability)))
    assert evaluate(labels, sure).ece > 2 * ece_by_chance(sure, seed=1).most


@pytest.mark.parametrize("at_once", [1, 700, 1 << 20])
def test_the_error_of_chance_depends_on_the_seed_and_neither_on_the_order_nor_on_the_memory(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    _, probability = calibrated(100)
    expected = ece_by_chance(probability, seed=1, rounds=50)
    monkeypatch.setattr("sentiment.metrics.DRAWN_AT_ONCE", at_once)
    assert ece_by_chance(probability[::-1], seed=1, rounds=50) == expected
    assert ece_by_chance(probability, seed=2, rounds=50) != expected


def test_answers_that_are_certain_leave_nothing_to_chance() -> None:
    assert ece_by_chance(np.array([0.0, 1.0, 1.0]), seed=1, rounds=50) == (0.0, 0.0)


def test_a_seed_gives_the_same_intervals_again_and_another_seed_others() -> None:
    labels, probability = calibrated(100)
    again = [intervals(labels, probability, np.arange(100), seed=seed, rounds=50) for seed in (1, 1, 2)]
    assert again[0] == again[1] != again[2]


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_alone_has_neither_areas_nor_precision_recall_and_f1(label: int) -> None:
    labels, probability = np.full(30, label, np.int8), np.array([0.1, 0.2, 0.7] * 10)
    scores, found = evaluate(labels, probability), intervals(labels, probability, np.arange(30), seed=1, rounds=50)
    for name in ("precision", "recall", "f1", "roc_auc", "pr_auc"):
        assert np.isnan([getattr(scores, name), *found[name]]).all(), name
    assert scores.accuracy == pytest.approx([2 / 3, 1 / 3][label])
    assert found["accuracy"][0] < scores.accuracy < found["accuracy"][1]


@pytest.mark.parametrize(("groups", "wrong", "drawn"), [(40, 3, True), (40, 0, False), (19, 3, False)])
def test_nothing_is_said_of_what_few_groups_or_none_that_differ_leave_open(
    groups: int, wrong: int, drawn: bool
) -> None:
    labels, probability = (np.arange(groups) % 2).astype(np.int8), np.linspace(0.6, 0.9, groups)
    probability[labels == 0] -= 0.5
    probability[:wrong] = 1 - probability[:wrong]
    low, high = intervals(labels, probability, np.arange(groups), seed=1, rounds=200)["accuracy"]
    assert (low < 1 - wrong / groups < high) if drawn else np.isnan([low, high]).all()


def test_an_answer_that_may_be_either_is_counted_as_negative_as_it_is_given() -> None:
    assert evaluate(np.array([1, 0], np.int8), np.array([0.5, 0.5])).confusion == (1, 0, 1, 0)


def test_precision_has_no_value_where_nothing_is_called_positive() -> None:
    scores = evaluate(np.array([1, 0], np.int8), np.array([0.2, 0.1]))
    assert np.isnan(scores.precision)
    assert (scores.recall, scores.f1) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("This is the worst film that I have seen", "en"),
        ("Ce film est une merveille, avec des acteurs qui sont parfaits", "fr"),
        ("12345 !!!", "other"),
        ("THIS IS THE WORST FILM", "en"),
        ("Très bon", "fr"),
        ("Le film, the end", "other"),
        ("film " * 300 + "and that is it", "en"),
    ],
)
def test_function_words_tell_the_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_the_interval_of_a_share_is_wilsons_and_has_a_width_where_all_rows_agree() -> None:
    low, high = wilson(np.array([0.0, 1.0, 0.5, 0.1]), np.array([10.0, 10.0, 100.0, 50.0]))
    assert low == pytest.approx([0.0, 0.7225, 0.4038, 0.0435], abs=1e-4)
    assert high == pytest.approx([0.2775, 1.0, 0.5962, 0.2136], abs=1e-4)
