"""`evaluation.json`: the report's curves, terms and mistakes as numbers, for whoever draws them anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sentiment.curves import Curve, Floats, Labels, precision_recall, reliability, roc
from sentiment.evaluation import Bins, Curves, Evaluation, Line, Mistake, Weighed
from spark_jobs.evaluating import Scored
from spark_jobs.report import mistakes
from spark_jobs.report.evidence import drawn_parts
from spark_jobs.report.figures import BINS

POINTS = 200  # of a line; more can't be seen on a screen
DIGITS = 5

Vocabulary = Mapping[str, tuple[Sequence[Weighed], Sequence[Weighed]]]  # by language: terms for, terms against
Mistakes = Mapping[str, Sequence[mistakes.Mistake]]


def evaluation(scored: Scored, vocabulary: Vocabulary, worst: Mistakes) -> Evaluation:
    """What the report draws of the rows and tells of the model."""
    return Evaluation(
        curves={
            name: _curves(scored.label[rows], scored.probability[rows])
            for name, rows in drawn_parts(scored).items()
            if len(np.unique(scored.label[rows])) > 1
        },
        strongest={name: (*positive, *reversed(negative)) for name, (positive, negative) in vocabulary.items()},
        mistakes={name: tuple(map(_mistake, each)) for name, each in worst.items()},
    )


def _curves(labels: Labels, probability: Floats) -> Curves:
    bins = reliability(labels, probability, BINS)
    return Curves(
        _line(roc(labels, probability)),
        _line(precision_recall(labels, probability)),
        Bins(_rounded(bins.predicted), _rounded(bins.observed), tuple(bins.rows.astype(int).tolist())),
    )


def _line(curve: Curve) -> Line:
    chosen = np.unique(np.linspace(0, len(curve.x) - 1, min(len(curve.x), POINTS)).astype(int))
    return Line(_rounded(curve.x[chosen]), _rounded(curve.y[chosen]))


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(np.round(values, DIGITS).tolist())


def _mistake(each: mistakes.Mistake) -> Mistake:
    return Mistake(each.text, each.label, each.given, each.confidence, each.because)
