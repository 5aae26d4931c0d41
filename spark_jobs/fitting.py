"""From features to one linear model over buckets: naive-Bayes weights, a choice of buckets, a logistic regression.

The weights are the log-count ratios of Wang & Manning 2012 ("Baselines and bigrams"), from document frequencies, and
fall a little with the frequency.
Spark's LogisticRegression cancels any scaling of columns when it standardises, and converges badly when it does
not. So one *anchor row* of almost no weight and huge values gives every column the same standard deviation,
`SPREAD`: standardising then divides all columns alike, the weights stay, and the problem is well conditioned.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from pyspark.ml.classification import LogisticRegression, LogisticRegressionModel
from pyspark.ml.linalg import SparseVector, Vectors, VectorUDT
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from sentiment.folder import Weights
from spark_jobs.columns import FEATURES, LABEL, ROW, WEIGHT
from spark_jobs.frequencies import Buckets, Classes, Floats, look_up

SMOOTHING = 2.0  # added to each document frequency
DAMPING, TYPICAL = 0.2, 30.0  # power of the frequency; documents at which the weight is the ratio alone
ANCHOR_WEIGHT, SPREAD = 1e-20, 3.0
ROWS_OF_A_PARTITION = 100_000
KEEP_A_ROW, KEEP_ANYWAY = 4, 50_000  # more coefficients make the fit slower, and hardly better


class Recipe(NamedTuple):
    """The hyper-parameters of the fit; of several penalties, cross-validation takes the best.

    `simple` is Spark as it is usually written: no naive-Bayes weights, no anchor, no penalty.
    """

    kind: Literal["naive-bayes", "simple"] = "naive-bayes"
    buckets: int = 1 << 23
    least_frequency: int = 5  # documents that a bucket must occur in, for 5,000 rows and more
    penalties: tuple[float, ...] = (30.0, 100.0)  # C of the literature: the larger, the weaker
    keep: int = 200_000  # coefficients at most; fewer for fewer rows
    iterations: int = 100
    tolerance: float = 1e-4  # smaller ones let the line search fail on the noise of the anchor row


class Linear(NamedTuple):
    """margin = intercept + sum of the coefficients of the distinct kept buckets / sqrt(distinct buckets)."""

    weights: Weights
    intercept: float


class Prepared(NamedTuple):
    """Rows of (features, label, weight) in the kept buckets' columns alone, each times its naive-Bayes weight; cached.

    One row more is the anchor, unless the recipe has none; `rows` are the others.
    """

    frame: DataFrame
    rows: int
    kept: Buckets
    scales: Floats


def prepare(frame: DataFrame, classes: Classes, recipe: Recipe) -> Prepared:
    """Weigh and choose the buckets of rows to be fitted, (row, features, label, weight), by what is known of them."""
    partitions = max(2, classes.rows // ROWS_OF_A_PARTITION)
    if recipe.kind == "simple":
        kept, scales = classes.buckets, np.ones(len(classes.buckets))
        compact = _compact(frame, kept, scales)
    else:
        kept, scales = _telling(classes, recipe)
        anchor = _anchor(frame.sparkSession, (classes.rows, len(kept)), partitions)
        compact = _compact(frame, kept, scales).unionByName(anchor)
    compact = _in_fixed_order(compact, partitions).cache()
    compact.count()  # made inside of a fit, it would get all rows of a partition into Python at once
    return Prepared(compact, classes.rows, kept, scales)


def fit(prepared: Prepared, recipe: Recipe, penalty: float) -> Linear:
    """Fit; the coefficients come back in the space of the buckets."""
    model = _plain(prepared, recipe) if recipe.kind == "simple" else _anchored(prepared, recipe, penalty)
    return Linear(Weights(prepared.kept, model.coefficients.toArray() * prepared.scales), float(model.intercept))


def _telling(classes: Classes, recipe: Recipe) -> tuple[Buckets, Floats]:
    """The buckets that tell most, ascending, and the naive-Bayes weight of each."""
    rows, kept, positive, negative = classes
    ratios, frequency = naive_bayes_ratios(positive, negative), positive + negative
    keep = min(recipe.keep, max(KEEP_ANYWAY, KEEP_A_ROW * rows))
    chosen = choose(ratios, frequency, keep)
    return kept[chosen], damped(ratios[chosen], frequency[chosen])


def naive_bayes_ratios(positive: Floats, negative: Floats) -> Floats:
    """|log(share of the positive documents / share of the negative ones)|, from their frequencies; same shape."""
    positive, negative = positive + SMOOTHING, negative + SMOOTHING
    ratios: Floats = np.abs(np.log(positive / positive.sum()) - np.log(negative / negative.sum()))
    return ratios


def damped(ratios: Floats, frequency: Floats) -> Floats:
    """ratio * (TYPICAL / frequency) ** DAMPING; same shape.

    The larger a column, the less the penalty shrinks its coefficient. A frequent term has rows enough to be learned
    against the penalty, a rare one has not.
    """
    weights: Floats = ratios * (TYPICAL / frequency) ** DAMPING
    return weights


def choose(ratios: Floats, frequency: Floats, keep: int) -> npt.NDArray[np.int64]:
    """Places, ascending, of the `keep` buckets that tell most about most documents: ratio * sqrt(frequency)."""
    return np.sort(np.argsort(-ratios * np.sqrt(frequency), kind="stable")[:keep])


def _compact(frame: DataFrame, kept: Buckets, scales: Floats) -> DataFrame:
    """Only the kept buckets' columns, each times its scale."""

    def compact(features):  # type: ignore[no-untyped-def] # Spark would take hints for those of a pandas function
        places, found = look_up(kept, features.indices)
        places = places[found]
        return SparseVector(len(kept), places, features.values[found] * scales[places])

    return frame.select(ROW, F.udf(compact, VectorUDT())(FEATURES).alias(FEATURES), LABEL, WEIGHT)


def _anchor(spark: SparkSession, shape: tuple[int, int], partitions: int) -> DataFrame:
    """The anchor for a frame of shape (rows, columns), numbered to come at the end of the first partition."""
    rows, columns = shape
    height = SPREAD * math.sqrt(rows / ANCHOR_WEIGHT)
    row = (_last_row(spark, partitions), Vectors.dense(np.full(columns, height)), 1, ANCHOR_WEIGHT)
    return spark.createDataFrame([row], [ROW, FEATURES, LABEL, WEIGHT])


def _last_row(spark: SparkSession, partitions: int) -> int:
    """The greatest number, or nearly, that `repartition` by it puts into the first of the partitions."""
    greatest = (1 << 63) - 1
    numbers = spark.range(greatest - 64 * partitions, greatest)
    place = F.pmod(F.hash("id"), F.lit(partitions))  # as Spark's HashPartitioning has it
    return int(numbers.where(place == 0).agg(F.max("id")).collect()[0][0])


def _in_fixed_order(frame: DataFrame, partitions: int) -> DataFrame:
    """The same rows in the same places whatever the cluster did before.

    A fit of one partition then comes out the same. What several add up is put together as it arrives, and on a cluster
    that has been seen to change a coefficient.
    """
    return frame.repartition(partitions, ROW).sortWithinPartitions(ROW).select(FEATURES, LABEL, WEIGHT)


def _anchored(prepared: Prepared, recipe: Recipe, penalty: float) -> LogisticRegressionModel:
    regression = LogisticRegression(
        featuresCol=FEATURES,
        labelCol=LABEL,
        weightCol=WEIGHT,
        standardization=True,
        regParam=1.0 / (prepared.rows * penalty * SPREAD**2),
        maxIter=recipe.iterations,
        tol=recipe.tolerance,
    )
    model: LogisticRegressionModel = regression.fit(prepared.frame)
    return model


def _plain(prepared: Prepared, recipe: Recipe) -> LogisticRegressionModel:
    regression = LogisticRegression(featuresCol=FEATURES, labelCol=LABEL, maxIter=recipe.iterations)
    model: LogisticRegressionModel = regression.fit(prepared.frame)
    return model
