"""In how many reviews each bucket occurs, counted by Spark where the reviews are: nothing is as long as all buckets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs.columns import FEATURES, FOLD, LABEL, LANGUAGE, WEIGHT

FEW = 5_000  # rows: of fewer, a bucket need not be in so many

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Buckets = npt.NDArray[np.uint32]


class Classes(NamedTuple):
    """What a fit knows of its `rows` before it begins: buckets, ascending, and what the positive and the negative rows
    that have each of them weigh in all; shape (buckets,).
    """

    rows: int
    buckets: Buckets
    positive: Floats
    negative: Floats


class Counts(NamedTuple):
    """The rows that have a bucket: by fold, how many they are and what those of each class weigh, shape (folds,
    buckets); by language, how many they are, shape (languages, buckets). `sizes` are all rows of each fold.
    """

    sizes: dict[int, int]
    least: int
    buckets: Buckets
    rows: Integers
    positive: Floats
    negative: Floats
    by_language: Integers

    def classes(self, without: int | None = None) -> Classes:
        """All folds, or all but one, taken together; only the buckets that are frequent enough in them."""
        used = [fold != without for fold in self.sizes]
        rows = sum(size for fold, size in self.sizes.items() if fold != without)
        often = self.rows[used].sum(0) >= _least(self.least, rows)
        positive, negative = (side[used][:, often].sum(0) for side in (self.positive, self.negative))
        return Classes(rows, self.buckets[often], positive, negative)


def count(frame: DataFrame, least: int, languages: Sequence[str] = ()) -> Counts:
    """Count rows of (fold, label, weight, language, features), in one pass for all fits.

    A bucket must be in `least` rows of 5,000 and more, and in a share of that of fewer. Weights have two digits.
    """
    sizes = {row[FOLD]: row["count"] for row in frame.groupBy(FOLD).count().orderBy(FOLD).collect()}
    amounts = [F.col(LANGUAGE) == language for language in languages]
    for fold in sizes:
        here, hundredths = F.col(FOLD) == fold, F.round(100 * F.col(WEIGHT))
        amounts += [here, *(F.when(here & (F.col(LABEL) == label), hundredths).otherwise(0) for label in (1, 0))]
    fewest = sum(sizes.values()) - max(sizes.values())
    buckets, sums = _sum_by_bucket(frame, amounts, _least(least, fewest))
    by_language, by_fold = np.split(sums, [len(languages)])
    rows, positive, negative = by_fold[0::3], by_fold[1::3] / 100, by_fold[2::3] / 100
    return Counts(sizes, least, buckets, rows, positive, negative, by_language)


def _least(least: int, rows: int) -> int:
    return max(1, min(least, math.ceil(least * rows / FEW)))


def _sum_by_bucket(frame: DataFrame, amounts: Sequence[Column], least: int) -> tuple[Buckets, Integers]:
    """The buckets, ascending, that at least `least` rows have; what those rows' amounts add up to, (amounts, buckets).

    Amounts are whole numbers, whose sums do not depend on the order.
    """
    buckets_of = F.unwrap_udt(FEATURES).getField("indices")
    names = [f"amount_{place}" for place in range(len(amounts))]
    named = [amount.cast("long").alias(name) for amount, name in zip(amounts, names, strict=True)]
    counted = (
        frame.select(F.explode(buckets_of).alias("bucket"), *named)
        .groupBy("bucket")
        .agg(F.count("*").alias("rows"), *(F.sum(name).alias(name) for name in names))
        .where(F.col("rows") >= least)
        .toArrow()
    )
    buckets = counted["bucket"].to_numpy().astype(np.uint32)
    order = np.argsort(buckets)
    return buckets[order], np.stack([counted[name].to_numpy()[order] for name in names])


def look_up(kept: Buckets, buckets: npt.NDArray[np.integer]) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """For each bucket its place among the kept ones, which ascend, and whether it is one of them."""
    places = np.minimum(np.searchsorted(kept, buckets), len(kept) - 1)
    return places, kept[places] == buckets
