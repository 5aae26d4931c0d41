"""Cross-validation by groups: the best penalty, and the models that have not seen one fold each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DoubleType

from sentiment.calibration import Observed, platt
from sentiment.metrics import roc_auc
from sentiment.predictions import probabilities
from spark_jobs.columns import FEATURES, FOLD, LABEL, LANGUAGE, WEIGHT
from spark_jobs.fitting import Linear, Prepared, Recipe, fit, prepare
from spark_jobs.frequencies import Counts, look_up

AT_ONCE = 2  # fits side by side: one fit leaves a core idle while its driver thinks

Floats = npt.NDArray[np.float64]
Say = Callable[[str], None]


class Search(NamedTuple):
    """The best penalty; one row a penalty; for each fold the model fitted with the best one on all the others."""

    penalty: float
    table: list[dict[str, Any]]
    models: dict[int, Linear]


class Margins(NamedTuple):
    """Rows scored by several models: `margins` has shape (rows, models), the others (rows,)."""

    label: npt.NDArray[np.int8]
    language: npt.NDArray[np.str_]
    weight: Floats
    margins: Floats


def cross_validate(frame: DataFrame, counts: Counts, recipe: Recipe, say: Say) -> Search:
    """Fit each penalty on all folds but one, in turn, and score that one."""
    clock = _Clock(len(counts.sizes) * len(recipe.penalties), say)
    models, parts = {}, []
    for fold in counts.sizes:
        prepared = prepare(frame.where(F.col(FOLD) != fold), counts.classes(without=fold), recipe)
        models[fold] = _fit_all(prepared, recipe, clock)
        parts.append(margins_of(frame.where(F.col(FOLD) == fold), models[fold]))
    seen = Margins(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    table = [_row(penalty, seen, place) for place, penalty in enumerate(recipe.penalties)]
    best = int(np.argmin([row["log_loss"] for row in table]))
    table = [row | {"chosen": place == best} for place, row in enumerate(table)]
    return Search(recipe.penalties[best], table, {fold: fitted[best] for fold, fitted in models.items()})


class _Clock:
    """Says how many fits are done and about how long the others will take."""

    def __init__(self, total: int, say: Say) -> None:
        self._total, self._say, self._done, self._start = total, say, 0, time.monotonic()

    def tick(self) -> None:
        self._done += 1
        left = (time.monotonic() - self._start) / self._done * (self._total - self._done)
        self._say(f"cross-validation: {self._done} of {self._total} fits, about {left:.0f} s to go")


def _fit_all(prepared: Prepared, recipe: Recipe, clock: _Clock) -> list[Linear]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        fits = [pool.submit(fit, prepared, recipe, penalty) for penalty in recipe.penalties]
        for _ in as_completed(fits):
            clock.tick()
    prepared.frame.unpersist()
    return [done.result() for done in fits]


def margins_of(frame: DataFrame, linears: Sequence[Linear]) -> Margins:
    """Score rows of (features, label, language, weight) by models that are not written anywhere yet."""

    def margins(features):  # type: ignore[no-untyped-def] # Spark would take hints for those of a pandas function
        return [_margin(features.indices, features.values, linear) for linear in linears]

    scored = F.udf(margins, ArrayType(DoubleType()))(FEATURES)
    label, language, weight, found = zip(*frame.select(LABEL, LANGUAGE, WEIGHT, scored).collect(), strict=True)
    return Margins(np.array(label, np.int8), np.array(language), np.array(weight), np.array(found))


def _margin(buckets: npt.NDArray[np.int32], values: Floats, linear: Linear) -> float:
    kept, coefficients = linear.weights
    places, found = look_up(kept, buckets)
    return float(np.where(found, coefficients[places], 0.0) @ values + linear.intercept)


def _row(penalty: float, seen: Margins, place: int) -> dict[str, Any]:
    margin, label, weight = seen.margins[:, place], seen.label, seen.weight
    slope, offset = platt(margin, Observed.of(label, weight))
    given = probabilities(np.where(label == 1, 1, -1) * (slope * margin + offset))
    right = (margin > 0) == (label == 1)
    row = {"penalty": penalty, "accuracy": float(right.mean()), "roc_auc": roc_auc(label, margin)}
    row |= {
        f"accuracy_{name}": float(right[seen.language == name].mean()) for name in np.unique(seen.language).tolist()
    }
    return row | {"log_loss": float(-np.average(np.log(np.maximum(given, 1e-12)), weights=weight))}
