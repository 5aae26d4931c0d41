"""Curves of how answers fare at every threshold, from labels and the positive class's probabilities, in numpy alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Labels = npt.NDArray[np.int8]

BINS = 15


class Ranking(NamedTuple):
    """Rows by falling score. No threshold can part rows of one score, so they are passed together.

    `order` has shape (n,); `ends` are the places in it where a run of equal scores ends, shape (distinct,).
    """

    order: Ints
    ends: Ints

    def passed(self, amounts: Floats) -> Floats:
        """The sum of the rows' amounts from the highest score down to each distinct one, shape (distinct,)."""
        return np.cumsum(amounts[self.order])[self.ends]


class Curve(NamedTuple):
    """Points of one line, by falling threshold; both of shape (points,)."""

    x: Floats
    y: Floats


class Reliability(NamedTuple):
    """For each bin that has rows: mean probability, share of positives, number of rows."""

    predicted: Floats
    observed: Floats
    rows: Floats


def ranking(score: Floats) -> Ranking:
    order = np.argsort(-score, kind="stable")
    falling = score[order]
    last = np.append(falling[1:] != falling[:-1], True)[: len(score)]
    return Ranking(order, np.flatnonzero(last))


def roc(labels: Labels, score: Floats) -> Curve:
    """True-positive rate over false-positive rate, from (0, 0) to (1, 1); nan where a class has no rows."""
    positives, negatives = _passed(labels, score)
    return Curve(np.append(0.0, _shares(negatives, negatives[-1:])), np.append(0.0, _shares(positives, positives[-1:])))


def precision_recall(labels: Labels, score: Floats) -> Curve:
    """Precision over recall at each distinct score; nan without positives."""
    positives, negatives = _passed(labels, score)
    return Curve(_shares(positives, positives[-1:]), _shares(positives, positives + negatives))


def coverage_precision(labels: Labels, probability: Floats) -> Curve:
    """Share of right labels among the most confident answers, over the share of all rows that these are."""
    right = (probability > 0.5) == (labels == 1)
    answers = ranking(np.maximum(probability, 1.0 - probability))
    covered = answers.passed(np.ones(len(labels)))
    return Curve(covered / len(labels), answers.passed(right.astype(np.float64)) / covered)


def reliability(labels: Labels, probability: Floats, bins: int = BINS) -> Reliability:
    """What probabilities of each height came to, over bins of equal width."""
    place = bin_of(probability, bins)
    rows = np.bincount(place, minlength=bins).astype(np.float64)
    filled = rows > 0
    predicted, observed = np.bincount(place, probability, bins), np.bincount(place, labels, bins)
    return Reliability(predicted[filled] / rows[filled], observed[filled] / rows[filled], rows[filled])


def wilson(share: Floats, rows: Floats, z: float = 1.96) -> tuple[Floats, Floats]:
    """The ends of the 95 % interval of a share of so many rows (Wilson 1927): not of no width at shares of 0 and 1."""
    middle = (share + z**2 / (2 * rows)) / (1 + z**2 / rows)
    reach = z / (1 + z**2 / rows) * np.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2))
    return middle - reach, middle + reach


def bin_of(probability: Floats, bins: int = BINS) -> Ints:
    """The bin of each probability, 0 to bins - 1, all of equal width."""
    return np.minimum((probability * bins).astype(np.int64), bins - 1)


def _shares(part: Floats, whole: Floats) -> Floats:
    """part / whole for each element; nan for 0 / 0."""
    with np.errstate(invalid="ignore"):
        return np.asarray(part / whole, np.float64)


def _passed(labels: Labels, score: Floats) -> tuple[Floats, Floats]:
    """How many positives and how many negatives score at least as much as each distinct score."""
    rows, positive = ranking(score), (labels == 1).astype(np.float64)
    return rows.passed(positive), rows.passed(1.0 - positive)
