"""Confidence that means what it says: logistic scaling of margins, and the band that a person should look at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sentiment.curves import ranking
from sentiment.predictions import probabilities

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int8]

STEPS, HALVINGS = 50, 60
LONGEST = 2.0  # change of a factor in one step
FLAT = 1e-9  # of the loss: where a step gains less, there is nothing left to find
ROUNDING = 1e-12  # of the loss: a sum that is larger by less is none


class Observed(NamedTuple):
    """Rows that no model in question was fitted on, all of shape (rows,): label, weight, and a margin not to scale."""

    label: Labels
    weight: Floats
    base: Floats

    @staticmethod
    def of(labels: Labels, weights: Floats | None = None) -> Observed:
        """Rows with no margin but the one to scale; without weights all count alike."""
        weights = np.ones(len(labels)) if weights is None else weights
        return Observed(labels, weights, np.zeros(len(labels)))


class Scaling(NamedTuple):
    """`factors`, shape (factors,), are the most likely ones only where these were `found`."""

    factors: Floats
    found: bool


def scale(design: Floats, start: Floats, observed: Observed) -> Scaling:
    """The factors that make sigmoid(base + design @ factors) most likely, by Newton's method from `start`.

    `design` has the shape (rows, factors). Platt's smoothed targets (1999) keep the factors finite where the classes
    don't overlap. Nothing is found where a margin is not finite.
    """
    if not np.isfinite(design).all() or not np.isfinite(observed.base).all():
        return Scaling(start, False)
    rows = _Rows(design, observed, _targets(observed))
    factors, loss, gain = start, rows.loss(start), np.inf
    for _ in range(STEPS):
        step, gain = rows.newton(factors)
        factors, loss = _descend(rows, (factors, loss), step)
        if np.abs(step).max() < 1e-10:
            break
    return Scaling(factors, bool(gain <= FLAT * loss))


class _Rows(NamedTuple):
    """What is to be made likely; `targets`, shape (rows,), are the probabilities to aim at."""

    design: Floats
    observed: Observed
    targets: Floats

    def loss(self, factors: Floats) -> float:
        margins = self.observed.base + self.design @ factors
        return float((self.observed.weight * (np.logaddexp(0.0, margins) - self.targets * margins)).sum())

    def newton(self, factors: Floats) -> tuple[Floats, float]:
        """Newton's step, and by how much the loss would fall at first along all of it."""
        design, (_, weight, base), targets = self
        p = probabilities(base + design @ factors)
        hessian = (design * (weight * p * (1 - p))[:, None]).T @ design + 1e-9 * np.eye(len(factors))
        downhill = design.T @ (weight * (targets - p))
        step = np.asarray(np.linalg.solve(hessian, downhill), np.float64)
        return step, float(downhill @ step)


def _descend(rows: _Rows, point: tuple[Floats, float], step: Floats) -> tuple[Floats, float]:
    """The (factors, loss) that a step from there leads to, halved until the loss does not grow.

    Backtracking (Nocedal & Wright 2006, 3.1): where margins are far too sure of themselves, full steps go to and fro.
    """
    factors, loss = point
    step = step * (LONGEST / max(LONGEST, float(np.abs(step).max())))
    for _ in range(HALVINGS):
        reached = rows.loss(factors + step)
        if reached <= loss * (1 + ROUNDING):
            return factors + step, reached
        step = step / 2
    return point


def _targets(observed: Observed) -> Floats:
    """The probabilities that rows should get, drawn in from 0 and 1 the more, the fewer rows there are (Platt 1999)."""
    positives, negatives = (float(observed.weight[observed.label == label].sum()) for label in (1, 0))
    return np.where(observed.label == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))


def platt(margins: Floats, observed: Observed) -> tuple[float, float]:
    """Slope and offset that make sigmoid(slope * margin + offset) most likely (Platt 1999).

    The slope is never turned round: a model whose margins point the wrong way on these rows is left as it is.
    """
    design = np.column_stack([margins, np.ones_like(margins)])
    (slope, offset), found = scale(design, np.array([1.0, 0.0]), observed)
    return (float(slope), float(offset)) if found and slope > 0 else (1.0, 0.0)


def review_limit(probability: Floats, observed: Observed, precision: float) -> float:
    """The least confidence c such that, of the answers at least as sure as c, `precision` are right, by the rows'
    weights; 1.0 if none is.
    """
    confidence = np.maximum(probability, 1.0 - probability)
    answers, right = ranking(confidence), (probability > 0.5) == (observed.label == 1)
    enough = np.flatnonzero(answers.passed(observed.weight * right) / answers.passed(observed.weight) >= precision)
    return float(confidence[answers.order[answers.ends[enough[-1]]]]) if len(enough) else 1.0
