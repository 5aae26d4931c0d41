"""The scores of held-out rows, overall, by language and by length, as `model.json` holds them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sentiment.manifest import Calibration
from sentiment.metrics import ece_by_chance, evaluate, intervals
from spark_jobs.evaluating import Scored

Mask = npt.NDArray[np.bool_]

ALL, WORDS = "all", "words "
SEED = 42
BANDS = ((1, "1-50"), (51, "51-150"), (151, "151-300"), (301, "301+"))  # first length of each, in words


class Band(NamedTuple):
    """The answers that a person need not look at: their share of the rows, and the share of them that is right."""

    coverage: float
    precision: float | None


def languages(scored: Scored) -> list[str]:
    """The languages that the rows are in, the most frequent first."""
    names, rows = np.unique(scored.language, return_counts=True)
    return [str(names[place]) for place in np.lexsort((names, -rows))]


def parts(scored: Scored) -> dict[str, Mask]:
    """Which rows belong to `all`, to each language and to each band of length (`words 51-150`); none is empty."""
    found = {ALL: np.ones(len(scored.label), bool)}
    found |= {name: scored.language == name for name in languages(scored)}
    lengths = np.array([len(text.split()) for text in scored.text])
    place = np.searchsorted([first for first, _ in BANDS[1:]], lengths, side="right")
    found |= {WORDS + name: place == number for number, (_, name) in enumerate(BANDS)}
    return {name: rows for name, rows in found.items() if rows.any()}


def evaluate_all(scored: Scored, calibration: Calibration) -> dict[str, dict[str, Any]]:
    """All scores of each part, rounded, None where there is none; 95 % intervals of all but the ECE, and beside that
    the ECE by chance alone; and the part's `sure` answers.
    """
    sure = (scored.probability <= calibration.review_above) | (scored.probability >= calibration.review_below)
    right = scored.prediction == scored.label
    return {
        name: _evaluated(scored, rows) | {"sure": _band(sure[rows], right[rows])}
        for name, rows in parts(scored).items()
    }


def sure_answers(metrics: dict[str, Any]) -> dict[str, Band]:
    """Of each part, the answers outside of the model's review band."""
    return {name: Band(**scores["sure"]) for name, scores in metrics.items()}


def _band(sure: Mask, right: Mask) -> dict[str, float | None]:
    precision = float(right[sure].mean()) if sure.any() else math.nan
    return {"coverage": _rounded(float(sure.mean())), "precision": _rounded(precision)}


def _evaluated(scored: Scored, rows: Mask) -> dict[str, Any]:
    labels, probability = scored.label[rows], scored.probability[rows]
    scores = evaluate(labels, probability)
    spread, by_chance = intervals(labels, probability, scored.group[rows], SEED), ece_by_chance(probability, SEED)
    return {
        **{name: _rounded(value) for name, value in scores._asdict().items() if name != "confusion"},
        "confusion": scores.confusion._asdict(),
        "ece_by_chance": {name: _rounded(value) for name, value in by_chance._asdict().items()},
        "interval": {name: [_rounded(low), _rounded(high)] for name, (low, high) in spread.items()},
    }


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)
