"""Confidence for each language, folded into the one linear model: no door has to know what language a text is in.

Each language has a slope for what its buckets add to the margin and a shift for each of its markers in the text. They
and an offset are fitted to margins of rows that their model has not seen (Platt 1999, with more than one column).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DoubleType

from sentiment.calibration import Observed, Scaling, review_limit, scale
from sentiment.folder import Weights
from sentiment.manifest import Calibration
from sentiment.predictions import probabilities
from spark_jobs.caveats import UNSCALED
from spark_jobs.columns import FEATURES, FOLD, LABEL, ROW, WEIGHT
from spark_jobs.fitting import Linear
from spark_jobs.frequencies import Buckets, Floats, look_up
from spark_jobs.languages import Languages

METHOD = "Platt scaling by language on out-of-fold margins"
NOT_FINITE = f"{UNSCALED}: a fold's model had rows of one class only"
NOT_FOUND = f"{UNSCALED}: no scaling was found to be the most likely"
TURNED = f"{UNSCALED}: a scaling would have turned labels round"


class Unseen(NamedTuple):
    """Rows scored by a model that has not seen them: `parts` and `markers` have the shape (rows, languages)."""

    observed: Observed
    parts: Floats
    markers: Floats


def out_of_fold(frame: DataFrame, models: Mapping[int, Linear], languages: Languages) -> Unseen:
    """Score each fold of (row, features, label, weight, fold) by the model that was fitted without it."""
    rows, bases = [], []
    for fold, linear in models.items():
        part = frame.where(F.col(FOLD) == fold).orderBy(ROW)  # a fixed order: sums come out the same
        found = part.select(LABEL, WEIGHT, _parts(linear, languages)(FEATURES)).collect()
        rows += found
        bases.append(np.full(len(found), linear.intercept))
    label, weight, columns = zip(*rows, strict=True)
    parts, markers = np.split(np.array(columns), 2, axis=1)
    return Unseen(Observed(np.array(label, np.int8), np.array(weight), np.concatenate(bases)), parts, markers)


def _parts(linear: Linear, languages: Languages):  # type: ignore[no-untyped-def] # Spark has no public type of it
    """What each language's buckets add to the margin, then how much each language's markers are worth."""
    kept, coefficients = linear.weights
    by_language = _shares(languages, kept) * coefficients
    markers = languages.markers

    def parts(features):  # type: ignore[no-untyped-def] # Spark would take hints for those of a pandas function
        buckets, values = features.indices, features.values
        places, held = look_up(kept, buckets)
        added = by_language[:, places[held]] @ values[held]
        return [*added.tolist(), *(float(values[np.isin(buckets, marked)].sum()) for marked in markers)]

    return F.udf(parts, ArrayType(DoubleType()))


def fit_calibration(unseen: Unseen, languages: Languages, precision: float) -> Calibration:
    """The most likely scaling, and the narrowest band round 0.5 such that `precision` of the labels outside are right.

    Nothing is scaled where a language's margins would be turned round, or no most likely scaling is found; `method`
    says so.
    """
    told = len(languages.names) if len(languages.names) > 1 else 0
    design = np.column_stack([unseen.parts, unseen.markers[:, :told], np.ones(len(unseen.parts))])
    plain = np.r_[np.ones(len(languages.names)), np.zeros(told + 1)]
    scaling = scale(design, plain, unseen.observed)
    method = _method(scaling, unseen, len(languages.names))
    factors = scaling.factors if method == METHOD else plain
    sure = review_limit(probabilities(unseen.observed.base + design @ factors), unseen.observed, precision)
    slopes, shifts = np.split(factors[:-1], [len(languages.names)])
    return Calibration(
        method,
        dict(zip(languages.names, slopes.tolist(), strict=True)),
        dict(zip(languages.names[:told], shifts.tolist(), strict=True)),
        float(factors[-1]),
        1.0 - sure,
        sure,
    )


def _method(scaling: Scaling, unseen: Unseen, slopes: int) -> str:
    """What to do with the margins, or why nothing is done; the first factors are slopes."""
    if not np.isfinite(unseen.observed.base).all():
        return NOT_FINITE
    if not scaling.found:
        return NOT_FOUND
    return METHOD if scaling.factors[:slopes].min() > 0 else TURNED


def calibrate(linear: Linear, calibration: Calibration, languages: Languages) -> Linear:
    """The calibrated model: slopes and shifts become part of the coefficients, the offset of the intercept."""
    fitted, coefficients = linear.weights
    kept = np.union1d(fitted, np.concatenate(languages.markers)).astype(np.uint32)
    scaled = np.zeros(len(kept))
    scaled[np.searchsorted(kept, fitted)] = coefficients
    scaled *= np.array(list(calibration.slopes.values())) @ _shares(languages, kept)
    for name, marked in zip(languages.names, languages.markers, strict=True):
        scaled[np.searchsorted(kept, marked)] += calibration.shifts.get(name, 0.0)
    return Linear(Weights(kept, scaled), linear.intercept + calibration.offset)


def _shares(languages: Languages, kept: Buckets) -> Floats:
    """Shape (languages, kept)."""
    if len(languages.names) == 1:
        return np.ones((1, len(kept)))
    places, found = look_up(languages.buckets, kept)
    return np.where(found, languages.shares[:, places], 1 / len(languages.names))
