"""Labels as the files spell them: those that are not known are named, and a scale is refused."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from sentiment.columns import LABEL_COLUMNS, LONGEST_NAMED, MOST_NAMED, NEGATIVE, POSITIVE, label_of, refuse_scale
from spark_jobs.cleaning import Cleaning
from spark_jobs.columns import LABEL
from spark_jobs.files import is_whole, tables
from spark_jobs.reading import Columns, as_string, column_of

MOST_COUNTED = 1000  # a column of labels has fewer


def unknown_labels(spark: SparkSession, inputs: Sequence[str], columns: Columns, account: Cleaning) -> list[str]:
    """A warning that names the labels of the rows that were left out for them; DataError if they are a scale."""
    if not account.label_unknown:
        return []
    found = _spelt(spark, inputs, columns)
    refuse_scale(found, ", ".join(inputs))
    named = [f"{label[:LONGEST_NAMED]} ({rows:,})" for label, rows in found.items() if label_of(label) is None]
    left_out = f"{account.label_unknown:,} of {account.rows:,} rows have no label that is known and are left out"
    if not named:
        return [left_out]
    known = f"known are {', '.join(POSITIVE)} and {', '.join(NEGATIVE)}"
    return [f"{left_out}: {', '.join(named[:MOST_NAMED])}; {known}"]


def _spelt(spark: SparkSession, inputs: Sequence[str], columns: Columns) -> dict[str, int]:
    """How many rows have each label, the most frequent first."""
    frames = [_labels(frame, columns, entry) for entry in inputs for frame in tables(spark, entry)]
    counted = reduce(DataFrame.union, frames).where(f"{LABEL} <> ''").groupBy(LABEL).count()
    return {row[0]: row[1] for row in counted.orderBy(F.desc("count"), LABEL).limit(MOST_COUNTED).collect()}


def _labels(frame: DataFrame, columns: Columns, entry: str) -> DataFrame:
    column = F.col(column_of(frame, columns.label, LABEL_COLUMNS, f"{entry}: label"))
    return frame.where(is_whole(frame)).select(F.trim(as_string(column)).alias(LABEL))
