"""The learning curve has a point for each part of the rows that can be learned from."""

from __future__ import annotations

import numpy as np
import pytest
from pyspark.ml.linalg import SparseVector, VectorUDT
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, IntegerType, LongType, StringType, StructType

from spark_jobs.columns import FEATURES, FOLD, GROUP, LABEL, LANGUAGE, ROW, WEIGHT
from spark_jobs.fitting import Linear, Recipe, fit, prepare
from spark_jobs.frequencies import count
from spark_jobs.learning import PARTS, SHARES, learning_curve
from tests.spark.conftest import Heard

BUCKETS = 8
ROWS = 32


@pytest.mark.parametrize(("first_labels", "sizes"), [((1, 0), [8, 8, 8, ROWS]), ((1, 1), [ROWS])])
def test_parts_without_texts_of_a_class_are_left_out(
    spark: SparkSession, first_labels: tuple[int, int], sizes: list[int]
) -> None:
    """The first eight groups are in every part, the others in none but the whole."""
    placed = spark.range(300).select("id", F.pmod(F.xxhash64("id"), F.lit(PARTS)).alias("place")).collect()
    first = [row.id for row in placed if row.place < min(SHARES) * PARTS][:8]
    others = [row.id for row in placed if row.place >= max(SHARES) * PARTS][: ROWS - 8]
    labels = [*first_labels] * 4 + [1, 0] * (len(others) // 2)
    schema = StructType().add(ROW, LongType()).add(GROUP, LongType()).add(LABEL, IntegerType())
    schema = schema.add(FEATURES, VectorUDT()).add(WEIGHT, DoubleType()).add(FOLD, IntegerType())
    rows = [
        (number, group, label, SparseVector(BUCKETS, [0, 1 + label], [0.5, 0.5]), 1.0, number % 3, "en")
        for number, (group, label) in enumerate(zip([*first, *others], labels, strict=True))
    ]
    frame = spark.createDataFrame(rows, schema.add(LANGUAGE, StringType()))
    recipe, say = Recipe(buckets=BUCKETS, least_frequency=1, keep=3, iterations=1), Heard()
    whole: Linear = fit(prepare(frame, count(frame, 1).classes(), recipe), recipe, 100.0)
    points = learning_curve((frame, frame), recipe, (whole, 100.0), say)
    assert [point.documents for point in points if point.language == "all"] == sizes
    assert [point.documents for point in points if point.language == "en"] == sizes
    assert all(np.isfinite(point.accuracy) for point in points)
    assert len([each for each in say.messages if "left out" in each]) == 4 - len(sizes)
