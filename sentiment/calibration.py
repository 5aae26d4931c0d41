"""Confidence that means what it says: Platt scaling, and the band of probabilities that a person should look at."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sentiment.manifest import Calibration
from sentiment.predictions import probabilities

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int8]

STEPS = 50


def platt(margins: Floats, labels: Labels, weights: Floats | None = None) -> tuple[float, float]:
    """Slope and offset that make sigmoid(slope * margin + offset) most likely (Platt 1999), by Newton's method.

    Platt's smoothed targets keep it finite where the classes don't overlap. The slope is never turned round: a model
    whose margins point the wrong way on these rows is left as it is.
    """
    weights = np.ones(len(margins)) if weights is None else weights
    positives, negatives = float(weights[labels == 1].sum()), float(weights[labels != 1].sum())
    targets = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    design = np.column_stack([margins, np.ones_like(margins)])
    theta = np.array([1.0, 0.0])
    for _ in range(STEPS):
        p = probabilities(design @ theta)
        hessian = (design * (weights * p * (1 - p))[:, None]).T @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, design.T @ (weights * (targets - p)))
        theta = theta + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-10:
            break
    slope, offset = float(theta[0]), float(theta[1])
    return (slope, offset) if slope > 0 and np.isfinite(theta).all() else (1.0, 0.0)


def calibration(margins: Floats, labels: Labels, weights: Floats | None = None, precision: float = 0.97) -> Calibration:
    """Platt's slope and offset; the narrowest band round 0.5 such that `precision` of the labels outside are right."""
    slope, offset = platt(margins, labels, weights)
    confident = review_limit(probabilities(slope * margins + offset), labels, precision)
    return Calibration("Platt scaling on out-of-fold margins", slope, offset, 1.0 - confident, confident)


def review_limit(probability: Floats, labels: Labels, precision: float) -> float:
    """The least confidence c such that, of the answers at least as sure as c, `precision` are right; 1.0 if none is."""
    confidence = np.maximum(probability, 1.0 - probability)
    right = (probability > 0.5) == (labels == 1)
    order = np.argsort(-confidence, kind="stable")
    reached = np.cumsum(right[order]) / np.arange(1, len(order) + 1) >= precision
    last = np.flatnonzero(reached)
    return float(confidence[order[last[-1]]]) if len(last) else 1.0
