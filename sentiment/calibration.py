"""Confidence that means what it says: logistic scaling of margins, and the band that a person should look at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sentiment.predictions import probabilities

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int8]

STEPS = 50


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


def scale(design: Floats, start: Floats, observed: Observed) -> Floats:
    """The factors that make sigmoid(base + design @ factors) most likely, by Newton's method from `start`.

    `design` has the shape (rows, factors). Platt's smoothed targets (1999) keep the factors finite where the classes
    don't overlap.
    """
    positives, negatives = (float(observed.weight[observed.label == label].sum()) for label in (1, 0))
    targets = np.where(observed.label == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    factors = start
    for _ in range(STEPS):
        p = probabilities(observed.base + design @ factors)
        hessian = (design * (observed.weight * p * (1 - p))[:, None]).T @ design + 1e-9 * np.eye(len(start))
        step = np.linalg.solve(hessian, design.T @ (observed.weight * (targets - p)))
        factors = factors + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-10:
            break
    return factors


def platt(margins: Floats, observed: Observed) -> tuple[float, float]:
    """Slope and offset that make sigmoid(slope * margin + offset) most likely (Platt 1999).

    The slope is never turned round: a model whose margins point the wrong way on these rows is left as it is.
    """
    design = np.column_stack([margins, np.ones_like(margins)])
    slope, offset = scale(design, np.array([1.0, 0.0]), observed).tolist()
    return (slope, offset) if slope > 0 and np.isfinite([slope, offset]).all() else (1.0, 0.0)


def review_limit(probability: Floats, labels: Labels, precision: float) -> float:
    """The least confidence c such that, of the answers at least as sure as c, `precision` are right; 1.0 if none is."""
    confidence = np.maximum(probability, 1.0 - probability)
    right = (probability > 0.5) == (labels == 1)
    order = np.argsort(-confidence, kind="stable")
    reached = np.cumsum(right[order]) / np.arange(1, len(order) + 1) >= precision
    last = np.flatnonzero(reached)
    return float(confidence[order[last[-1]]]) if len(last) else 1.0
