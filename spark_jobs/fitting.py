"""From features to one linear model over buckets: naive-Bayes weights, a choice of buckets, a logistic regression.

The weights are the log-count ratios of Wang & Manning 2012 ("Baselines and bigrams"), from document frequencies.
Spark's LogisticRegression cancels any scaling of columns when it standardises, and converges badly when it does
not. So one *anchor row* of almost no weight and huge values gives every column the same standard deviation,
`SPREAD`: standardising then divides all columns alike, the weights stay, and the problem is well conditioned.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyspark.ml.classification import LogisticRegression, LogisticRegressionModel
from pyspark.ml.feature import IDF
from pyspark.ml.linalg import SparseVector, Vectors, VectorUDT
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from sentiment.folder import Weights
from spark_jobs.columns import COUNTS, FEATURES, LABEL, WEIGHT

Floats = npt.NDArray[np.float64]

SMOOTHING = 2.0  # added to each document frequency
ANCHOR_WEIGHT, SPREAD = 1e-10, 3.0


class Recipe(NamedTuple):
    """The hyper-parameters of the fit."""

    buckets: int = 1 << 22
    least_frequency: int = 5  # documents that a bucket must occur in, for 5,000 rows and more
    penalty: float = 100.0  # C of the literature: the larger, the weaker the regularisation
    keep: int = 100_000
    iterations: int = 100


class Frequencies(NamedTuple):
    """Documents of each class that a bucket occurs in, shape (buckets,)."""

    positive: Floats
    negative: Floats

    @property
    def both(self) -> Floats:
        return self.positive + self.negative


class Linear(NamedTuple):
    """margin = intercept + sum of the coefficients of the distinct kept buckets / sqrt(distinct buckets)."""

    weights: Weights
    intercept: float


def document_frequencies(frame: DataFrame) -> Frequencies:
    """Exact document frequencies by class, from Spark's own IDF: no shuffle."""
    return Frequencies(*(_frequency(frame.where(F.col(LABEL) == label)) for label in (1, 0)))


def _frequency(frame: DataFrame) -> Floats:
    model = IDF(inputCol=COUNTS, outputCol="idf").fit(frame)
    scale = float(model.numDocs + 1)  # Spark's idf is the logarithm of (documents + 1) / (frequency + 1)
    frequency: Floats = np.rint(scale / np.exp(model.idf.toArray()) - 1)
    return frequency


def naive_bayes_ratios(frequencies: Frequencies, kept: npt.NDArray[np.uint32]) -> Floats:
    """|log(share of the positive documents / share of the negative ones)| of each kept bucket, shape (kept,)."""
    positive, negative = (side[kept] + SMOOTHING for side in frequencies)
    ratios: Floats = np.abs(np.log(positive / positive.sum()) - np.log(negative / negative.sum()))
    return ratios


def fit(frame: DataFrame, recipe: Recipe) -> Linear:
    """Fit rows of (features, counts, label); the coefficients come back in the space of the buckets."""
    frame = frame.select(FEATURES, COUNTS, LABEL).cache()
    rows = frame.count()
    frequencies = document_frequencies(frame)
    frequent = np.flatnonzero(frequencies.both >= _least_frequency(recipe, rows)).astype(np.uint32)
    chosen = choose(frequencies, frequent, recipe.keep)
    ratios = naive_bayes_ratios(frequencies, frequent)[chosen]
    kept = frequent[chosen]
    model = _regression(_compact(frame, kept, ratios), (rows, len(kept)), recipe)
    frame.unpersist()
    return Linear(Weights(kept, model.coefficients.toArray() * ratios), float(model.intercept))


def choose(frequencies: Frequencies, frequent: npt.NDArray[np.uint32], keep: int) -> npt.NDArray[np.int64]:
    """Places in `frequent` of the `keep` buckets that tell most about most documents: ratio * sqrt(frequency)."""
    telling = naive_bayes_ratios(frequencies, frequent) * np.sqrt(frequencies.both[frequent])
    return np.sort(np.argsort(-telling, kind="stable")[:keep])


def calibrate(linear: Linear, slope: float, offset: float) -> Linear:
    """Fold a calibration, slope * margin + offset, into the model."""
    buckets, coefficients = linear.weights
    return Linear(Weights(buckets, coefficients * slope), linear.intercept * slope + offset)


def _least_frequency(recipe: Recipe, rows: int) -> int:
    """On fewer than 5,000 rows a bucket need not be as frequent."""
    return max(1, min(recipe.least_frequency, math.ceil(recipe.least_frequency * rows / 5000)))


def _compact(frame: DataFrame, kept: npt.NDArray[np.uint32], ratios: Floats) -> DataFrame:
    """Only the kept buckets' columns, each times its naive-Bayes ratio."""

    def compact(features):  # type: ignore[no-untyped-def] # Spark would take hints for those of a pandas function
        places = np.searchsorted(kept, features.indices)
        found = kept[np.minimum(places, len(kept) - 1)] == features.indices
        places = places[found]
        return SparseVector(len(kept), places, features.values[found] * ratios[places])

    return frame.select(F.udf(compact, VectorUDT())(FEATURES).alias(FEATURES), LABEL)


def _regression(frame: DataFrame, shape: tuple[int, int], recipe: Recipe) -> LogisticRegressionModel:
    rows, columns = shape
    height = SPREAD * math.sqrt(rows / ANCHOR_WEIGHT)
    anchor = frame.sparkSession.createDataFrame(
        [(Vectors.dense(np.full(columns, height)), 1, ANCHOR_WEIGHT)], [FEATURES, LABEL, WEIGHT]
    )
    weighted = (
        frame.withColumn(WEIGHT, F.lit(1.0))
        .unionByName(anchor)
        .coalesce(frame.sparkSession.sparkContext.defaultParallelism)
    )
    regression = LogisticRegression(
        featuresCol=FEATURES,
        labelCol=LABEL,
        weightCol=WEIGHT,
        standardization=True,
        regParam=1.0 / (rows * recipe.penalty * SPREAD**2),
        maxIter=recipe.iterations,
    )
    model: LogisticRegressionModel = regression.fit(weighted)
    return model
