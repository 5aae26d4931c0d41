"""How good answers are, from labels and the positive class's probabilities (both shape (n,)), in numpy alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sentiment.curves import BINS, Floats, Ints, Labels, Ranking, bin_of, ranking

ROUNDS = 1000
DRAWN_AT_ONCE = 1 << 20  # labels: some megabytes
LEAST_GROUPS = 20  # that an interval is drawn from: samples of fewer are too much alike
MEASURES = ("accuracy", "precision", "recall", "f1", "roc_auc", "pr_auc", "brier", "ece")


class Confusion(NamedTuple):
    true_negative: int
    false_positive: int
    false_negative: int
    true_positive: int


class Scores(NamedTuple):
    """Precision, recall and F1 are those of the positive class. With one class only they and the areas are nan, as
    precision is where nothing is called positive.
    """

    n: int
    accuracy: float
    precision: float
    recall: float
    f1: float
    roc_auc: float
    pr_auc: float
    brier: float
    ece: float
    confusion: Confusion


class Chance(NamedTuple):
    """A score that nothing but chance makes: its mean, and the most that it is in 97.5 % of all draws."""

    mean: float
    most: float


class _Rows(NamedTuple):
    """What the scores of any weighting of the same rows share; all of shape (n,) but `ranking`."""

    positive: Floats  # 1.0 or 0.0
    given: Floats  # 1.0 where the label given is positive
    probability: Floats
    bins: Ints
    ranking: Ranking


def evaluate(labels: Labels, probability: Floats) -> Scores:
    """All scores at once; the label given is 1 where the probability is above 0.5."""
    return _scores(_rows(labels, probability), np.ones(len(labels)))


def intervals(
    labels: Labels, probability: Floats, groups: Ints, seed: int, rounds: int = ROUNDS
) -> dict[str, tuple[float, float]]:
    """A 95 % interval (low, high) of each of MEASURES but the ECE, by bootstrap (Efron 1979).

    What is drawn are `groups`, shape (n,): rows that have one number there are not independent of one another, and
    drawn one by one would make intervals too narrow (Davison & Hinkley 1997, 3.8). The interval is the percentiles of
    the scores of `rounds` redrawn samples. It is (nan, nan) where a measure has no value, with fewer than LEAST_GROUPS,
    and where no sample differs, as if all answers are right: that tells nothing of how wrong others may be. The ECE has
    none: redrawing adds to its absolute gaps, so percentiles can lie wholly above what was measured. Hold it against
    `ece_by_chance`.
    """
    rows, chance = _rows(labels, probability), np.random.default_rng(seed)
    names, group = np.unique(groups, return_inverse=True)
    n = len(names)
    rounds = rounds if n >= LEAST_GROUPS else 0
    drawn = (np.bincount(chance.integers(0, n, n), minlength=n).astype(np.float64)[group] for _ in range(rounds))
    found = [_scores(rows, times) for times in drawn]
    return {name: _spread(np.array([getattr(scores, name) for scores in found])) for name in MEASURES if name != "ece"}


def ece_by_chance(probability: Floats, seed: int, rounds: int = ROUNDS) -> Chance:
    """The ECE of answers that come true exactly as often as they say: labels are redrawn from them `rounds` times.

    That is consistency resampling (Bröcker & Smith 2007). The order of the rows makes no difference.
    """
    rising, chance, n = np.sort(probability), np.random.default_rng(seed), len(probability)
    starts = np.flatnonzero(np.diff(bin_of(rising), prepend=-1))
    at_once = max(1, DRAWN_AT_ONCE // n)
    errors = np.empty(rounds)
    for first in range(0, rounds, at_once):
        part = errors[first : first + at_once]
        gaps = (chance.random((len(part), n)) < rising) - rising
        part[:] = np.abs(np.add.reduceat(gaps, starts, axis=1)).sum(1) / n
    return Chance(float(errors.mean()), float(np.quantile(errors, 0.975)))


def roc_auc(labels: Labels, score: Floats) -> float:
    """The area under the ROC curve; ties count half. nan with one class only."""
    rows, positive = ranking(score), (labels == 1).astype(np.float64)
    return _roc_auc(rows.passed(positive), rows.passed(1.0 - positive))


def _rows(labels: Labels, probability: Floats) -> _Rows:
    positive, given = (labels == 1).astype(np.float64), (probability > 0.5).astype(np.float64)
    return _Rows(positive, given, probability, bin_of(probability), ranking(probability))


def _scores(rows: _Rows, times: Floats) -> Scores:
    """The scores of a sample that has each row so many times. No BLAS: its threads cost more than they bring here."""
    drawn = times * rows.positive
    hits, given, positives = float((drawn * rows.given).sum()), float((times * rows.given).sum()), float(drawn.sum())
    n = float(times.sum())
    both = 0 < positives < n  # with one class only, precision tells which one it is, and nothing of the answers
    above = rows.ranking.passed(drawn), rows.ranking.passed(times - drawn)
    gaps = rows.positive - rows.probability
    return Scores(
        n=int(n),
        accuracy=_ratio(n - given - positives + 2 * hits, n),
        precision=_ratio(hits, given * both),
        recall=_ratio(hits, positives * both),
        f1=_ratio(2 * hits, (given + positives) * both),
        roc_auc=_roc_auc(*above),
        pr_auc=_pr_auc(*above),
        brier=_ratio(float((times * gaps**2).sum()), n),
        ece=_calibration_error(rows.bins, times * gaps),
        confusion=Confusion(int(n - given - positives + hits), int(given - hits), int(positives - hits), int(hits)),
    )


def _roc_auc(positives: Floats, negatives: Floats) -> float:
    """The area from how many rows of each class score at least as much as each distinct score; nan with one class."""
    if not len(positives) or not positives[-1] or not negatives[-1]:
        return float("nan")
    before = np.append(0.0, positives[:-1])
    area = (np.diff(negatives, prepend=0.0) * (before + positives) / 2).sum()
    return float(area / (positives[-1] * negatives[-1]))


def _pr_auc(positives: Floats, negatives: Floats) -> float:
    """Average precision: each distinct score's precision, weighed by the recall that it adds; nan with one class."""
    if not len(positives) or not positives[-1] or not negatives[-1]:
        return float("nan")
    precision = positives / np.maximum(positives + negatives, 1.0)
    return float((np.diff(positives, prepend=0.0) * precision).sum() / positives[-1])


def _calibration_error(place: Ints, gaps: Floats) -> float:
    """Mean distance of the share of positives from the mean probability, over bins of equal width (Guo et al. 2017)."""
    return float(np.abs(np.bincount(place, gaps, BINS)).sum() / max(len(place), 1))


def _spread(values: Floats) -> tuple[float, float]:
    """The middle 95 % of the values that there are; (nan, nan) where that is of no width."""
    known = values[~np.isnan(values)]
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (np.nan, np.nan)
    return (float(low), float(high)) if low < high else (np.nan, np.nan)


def _ratio(part: float, whole: float) -> float:
    """part / whole; nan where there is nothing below the line."""
    return part / whole if whole else float("nan")
