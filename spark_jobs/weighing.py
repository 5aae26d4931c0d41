"""Row weights that let each class of each source count alike: a source of praise must not make the model gushing."""

from __future__ import annotations

from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs.columns import LABEL, SOURCE, WEIGHT

Prior = Literal["equal", "observed"]  # how frequent the classes are where confidence is to mean what it says
EQUAL: Prior = "equal"


def with_weights(frame: DataFrame) -> DataFrame:
    """Add `weight`: half of a source's rows over those of the row's class, to two digits; 1 where one class is missing.

    A source's weights sum to its number of rows.
    """
    counts: dict[tuple[str, int], int] = {
        (row[SOURCE], row[LABEL]): row["count"] for row in frame.groupBy(SOURCE, LABEL).count().collect()
    }
    weight = F.lit(1.0)
    for (source, label), count in sorted(counts.items()):
        other = counts.get((source, 1 - label))
        if other:
            share = round((count + other) / (2 * count), 2)
            weight = F.when(_is(source, label), F.lit(share)).otherwise(weight)
    return frame.withColumn(WEIGHT, weight)


def weighed_for(prior: Prior, frame: DataFrame) -> DataFrame:
    """The rows to calibrate on: by their weights, or each as one where classes are as frequent as they come."""
    return frame if prior == EQUAL else frame.withColumn(WEIGHT, F.lit(1.0))


def _is(source: str, label: int) -> Column:
    return (F.col(SOURCE) == source) & (F.col(LABEL) == label)
