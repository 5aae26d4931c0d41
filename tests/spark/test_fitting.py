"""Buckets are counted once for all folds; only those that tell most are fitted."""

from __future__ import annotations

import numpy as np
import pytest
from pyspark.ml.linalg import SparseVector, VectorUDT
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import DoubleType, IntegerType, LongType, StringType, StructType

from spark_jobs.columns import FEATURES, FOLD, LABEL, LANGUAGE, ROW, WEIGHT
from spark_jobs.fitting import ANCHOR_WEIGHT, Recipe, damped, fit, prepare
from spark_jobs.frequencies import FEW, count

BUCKETS = 8


def _frame(spark: SparkSession, rows: list[tuple[list[int], int, float, int, str]]) -> DataFrame:
    """Rows of (buckets, label, weight, fold, language)."""
    schema = StructType().add(ROW, LongType()).add(FEATURES, VectorUDT())
    schema = schema.add(LABEL, IntegerType()).add(WEIGHT, DoubleType()).add(FOLD, IntegerType())
    full = []
    for number, (buckets, label, weight, fold, language) in enumerate(rows):
        features = SparseVector(BUCKETS, buckets, np.full(len(buckets), 1 / np.sqrt(len(buckets))))
        full.append((number, features, label, weight, fold, language))
    return spark.createDataFrame(full, schema.add(LANGUAGE, StringType()))


def test_each_fold_is_counted_and_can_be_left_out(spark: SparkSession) -> None:
    rows = [([1, 3], 1, 0.7, 0, "en"), ([3], 0, 1.29, 0, "en"), ([3, 5], 1, 0.7, 1, "fr"), ([1], 0, 1.0, 2, "fr")]
    counts = count(_frame(spark, rows), 1, ("en", "fr"))
    assert counts.sizes == {0: 2, 1: 1, 2: 1}
    assert counts.buckets.tolist() == [1, 3, 5]
    assert counts.rows.tolist() == [[1, 2, 0], [0, 1, 1], [1, 0, 0]]
    assert counts.by_language.tolist() == [[1, 2, 0], [1, 1, 1]]
    rows_in_all, buckets, positive, negative = counts.classes()
    assert (rows_in_all, buckets.tolist()) == (4, [1, 3, 5])
    assert positive.tolist() == pytest.approx([0.7, 1.4, 0.7])
    assert negative.tolist() == pytest.approx([1.0, 1.29, 0])
    rows_in_all, buckets, positive, negative = counts.classes(without=0)
    assert (rows_in_all, buckets.tolist(), positive.tolist()) == (2, [1, 3, 5], [0, 0.7, 0.7])
    assert negative.tolist() == [1, 0, 0]


def test_a_bucket_that_only_the_fold_left_out_makes_frequent_is_not_fitted(spark: SparkSession) -> None:
    rows = [([fold], n % 2, 1.0, fold, "en") for fold in range(3) for n in range(2)] + [([1], 1, 1.0, 2, "en")]
    counts = count(_frame(spark, rows), 3 * FEW // 7)  # three of all seven rows, or of five; two of four
    assert counts.buckets.tolist() == [0, 1, 2]
    assert counts.classes().buckets.tolist() == [1]
    assert counts.classes(without=1).buckets.tolist() == []


def test_the_buckets_that_tell_most_are_fitted(spark: SparkSession) -> None:
    chance = np.random.default_rng(5)
    rows = []
    for number in range(60):
        label = number % 2
        noise = chance.choice([4, 5, 6, 7], 2, replace=False).tolist()
        rows.append((sorted([1 if label else 2, *noise]), label, 1.0, number % 3, "en"))
    frame, recipe = _frame(spark, rows), Recipe(buckets=BUCKETS, least_frequency=1, keep=2)
    prepared = prepare(frame, count(frame, recipe.least_frequency).classes(), recipe)
    assert prepared.kept.tolist() == [1, 2]
    weights, _ = fit(prepared, recipe, penalty=10.0)
    assert weights.buckets.tolist() == [1, 2]
    assert weights.coefficients[0] > 0 > weights.coefficients[1]


def test_of_two_terms_that_tell_as_much_the_rarer_weighs_more() -> None:
    weights = damped(np.array([2.0, 2.0, 2.0]), np.array([5.0, 30.0, 960.0]))
    assert weights.tolist() == pytest.approx([2 * 6**0.2, 2.0, 1.0])


@pytest.mark.parametrize(("rows_of_a_partition", "partitions"), [(100, 2), (20, 3)])
def test_rows_and_anchor_stand_in_the_same_places_whatever_partitions_they_were_in(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch, rows_of_a_partition: int, partitions: int
) -> None:
    monkeypatch.setattr("spark_jobs.fitting.ROWS_OF_A_PARTITION", rows_of_a_partition)
    rows = [([1 + number % 5, 6], number % 2, 1.0, 0, "en") for number in range(60)]
    frame, recipe = _frame(spark, rows), Recipe(buckets=BUCKETS, least_frequency=1)
    found = []
    for before in (1, 4):
        prepared = prepare(frame.repartition(before), count(frame, 1).classes(), recipe)
        found.append(prepared.frame.rdd.glom().collect())
    assert found[0] == found[1]
    first, *others = found[0]
    assert len(others) == partitions - 1
    assert first[-1][WEIGHT] == ANCHOR_WEIGHT
    assert all(row[WEIGHT] == 1.0 for part in (first[:-1], *others) for row in part)
