"""Each class of each source counts alike, and a source counts as many rows as it has."""

from __future__ import annotations

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark_jobs.columns import LABEL, SOURCE, WEIGHT
from spark_jobs.weighing import weighed_for, with_weights


@pytest.fixture
def weighted(spark: SparkSession) -> DataFrame:
    rows = [("gushing", 1)] * 9 + [("gushing", 0)] * 3 + [("even", 1)] * 4 + [("even", 0)] * 4 + [("praise", 1)] * 2
    return with_weights(spark.createDataFrame(rows, f"{SOURCE} string, {LABEL} int"))


def test_the_classes_of_a_source_weigh_the_same(weighted: DataFrame) -> None:
    sums = {(row[0], row[1]): row[2] for row in weighted.groupBy(SOURCE, LABEL).agg(F.sum(WEIGHT)).collect()}
    assert sums["gushing", 1] == pytest.approx(6, abs=0.1)
    assert sums["gushing", 0] == pytest.approx(6, abs=0.1)
    assert sums["even", 1] == sums["even", 0] == 4


def test_a_source_of_one_class_is_left_as_it_is(weighted: DataFrame) -> None:
    assert {row[WEIGHT] for row in weighted.where(F.col(SOURCE) == "praise").collect()} == {1.0}


def test_sources_of_one_class_each_are_weighed_together(spark: SparkSession) -> None:
    counts = {("pos", 1): 240, ("slip", 1): 69, ("slip", 0): 1, ("neg", 0): 60, ("mixed", 1): 98, ("mixed", 0): 2}
    assert _weights(spark, counts) == {
        **dict.fromkeys([("pos", 1), ("slip", 1)], 0.6),
        **dict.fromkeys([("neg", 0), ("slip", 0)], 3.03),
        ("mixed", 1): 0.51,
        ("mixed", 0): 25.0,
    }


@pytest.mark.parametrize("others", [{}, {("even", 1): 50, ("even", 0): 50}])
def test_a_few_slips_do_not_weigh_as_much_as_all_other_rows(
    spark: SparkSession, others: dict[tuple[str, int], int]
) -> None:
    assert set(_weights(spark, {("praise", 1): 700, ("praise", 0): 1, **others}).values()) == {1.0}


def _weights(spark: SparkSession, counts: dict[tuple[str, int], int]) -> dict[tuple[str, int], float]:
    rows = [row for row, count in counts.items() for _ in range(count)]
    weighted = with_weights(spark.createDataFrame(rows, f"{SOURCE} string, {LABEL} int"))
    return {(row[0], row[1]): row[2] for row in weighted.distinct().collect()}


def test_where_classes_are_as_frequent_as_they_come_each_row_counts_as_one(weighted: DataFrame) -> None:
    assert {row[WEIGHT] for row in weighed_for("observed", weighted).collect()} == {1.0}
    assert weighed_for("equal", weighted).select(WEIGHT).collect() == weighted.select(WEIGHT).collect()
