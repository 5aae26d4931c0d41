"""How good answers are, from labels and the positive class's probabilities (both shape (n,)), in numpy alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int8]

BINS = 15


class Confusion(NamedTuple):
    true_negative: int
    false_positive: int
    false_negative: int
    true_positive: int


class Scores(NamedTuple):
    """Precision, recall and F1 are those of the positive class; a ratio with nothing below the line is 0."""

    n: int
    accuracy: float
    precision: float
    recall: float
    f1: float
    roc_auc: float
    brier: float
    ece: float
    confusion: Confusion


def evaluate(labels: Labels, probability: Floats) -> Scores:
    """All scores at once; the label given is 1 where the probability is above 0.5."""
    positive, given = labels == 1, probability > 0.5
    confusion = Confusion(
        int(np.sum(~positive & ~given)),
        int(np.sum(~positive & given)),
        int(np.sum(positive & ~given)),
        int(np.sum(positive & given)),
    )
    precision = _ratio(confusion.true_positive, confusion.true_positive + confusion.false_positive)
    recall = _ratio(confusion.true_positive, confusion.true_positive + confusion.false_negative)
    return Scores(
        n=len(labels),
        accuracy=_ratio(confusion.true_positive + confusion.true_negative, len(labels)),
        precision=precision,
        recall=recall,
        f1=_ratio(2 * precision * recall, precision + recall),
        roc_auc=roc_auc(labels, probability),
        brier=float(np.mean((probability - labels) ** 2)) if len(labels) else 0.0,
        ece=expected_calibration_error(labels, probability),
        confusion=confusion,
    )


def roc_auc(labels: Labels, score: Floats) -> float:
    """The area under the ROC curve, as the Mann-Whitney statistic; ties count half. nan with one class only."""
    positives = int(np.sum(labels == 1))
    negatives = len(labels) - positives
    if not positives or not negatives:
        return float("nan")
    _, place, ties = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(ties) - (ties - 1) / 2)[place]
    return float((ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def expected_calibration_error(labels: Labels, probability: Floats, bins: int = BINS) -> float:
    """Mean distance of the share of positives from the mean probability, over bins of equal width (Guo et al. 2017)."""
    if not len(labels):
        return 0.0
    place = np.minimum((probability * bins).astype(int), bins - 1)
    gap = np.bincount(place, labels, bins) - np.bincount(place, probability, bins)
    return float(np.abs(gap).sum() / len(labels))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
