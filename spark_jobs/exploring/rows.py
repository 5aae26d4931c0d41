"""The rows as a file has them beside what cleaning makes of them, and the distinct texts that training would keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import NamedTuple

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from sentiment.columns import LABEL_COLUMNS, find_column
from sentiment.errors import DataError
from sentiment.language import language_of
from sentiment.textrule import TextRule
from spark_jobs.cleaning import Cleaning, cleaned_text, distinct_texts, is_too_long
from spark_jobs.columns import FILM, LABEL, LANGUAGE, SOURCE, SPLIT, TEXT
from spark_jobs.features import apply, token_stages
from spark_jobs.files import is_whole, tables
from spark_jobs.reading import Columns, as_label, as_string, column_of, quoted, text_of

AS_READ, GIVEN = "as_read", "given"  # the text before cleaning, the label as the file spells it
BROKEN_ROW = "(a row that can't be taken apart)"


class Wanted(NamedTuple):
    """The columns to read; `split` is the one that names each row's side, if there is one."""

    columns: Columns
    split: str | None = None


def read_rows(spark: SparkSession, inputs: Sequence[str], wanted: Wanted) -> DataFrame:
    """All rows of all inputs, (text, label, given, source, split); raises DataError as training does."""
    frames = [_labelled(frame, wanted, entry) for entry in inputs for frame in tables(spark, entry)]
    return reduce(DataFrame.unionByName, frames)


def read_texts(spark: SparkSession, entry: str, column: str | None) -> DataFrame:
    """The rows of a second data set, which need not have labels, as one side that is named as the data set is."""
    frames = [
        frame.select(
            text_of(frame, column, entry).alias(TEXT),
            F.lit(None).cast("int").alias(LABEL),
            F.lit(None).cast("string").alias(GIVEN),
            F.lit(entry).alias(SOURCE),
            F.lit(entry.rstrip("/").rsplit("/", 1)[-1]).alias(SPLIT),
        )
        for frame in tables(spark, entry)
    ]
    return reduce(DataFrame.unionByName, frames)


def _labelled(frame: DataFrame, wanted: Wanted, entry: str) -> DataFrame:
    text = text_of(frame, wanted.columns.text, entry)
    label = column_of(frame, wanted.columns.label, LABEL_COLUMNS, f"{entry}: label")
    side = F.lit(None) if wanted.split is None else F.col(_split_column(frame, wanted.split, entry))
    return frame.select(
        text.alias(TEXT),
        F.when(is_whole(frame), as_label(F.col(label))).alias(LABEL),
        F.when(is_whole(frame), as_string(F.col(label))).otherwise(BROKEN_ROW).alias(GIVEN),
        frame.metadataColumn("_metadata").getField("file_path").alias(SOURCE),
        as_string(side).alias(SPLIT),
    )


def _split_column(frame: DataFrame, split: str, entry: str) -> str:
    if name := find_column(frame.columns, (), split):
        return quoted(name)
    raise DataError(f"{entry}: there is no column {split} to split by; the columns are {', '.join(frame.columns)}")


def cleaned(frame: DataFrame) -> DataFrame:
    """Apply the one cleaning function to the text, name its language and keep the text as it was beside it."""

    def batches(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in frames:
            texts = [cleaned_text(text) for text in batch[TEXT]]
            languages = [language_of(text) for text in texts]
            yield batch.assign(**{AS_READ: batch[TEXT]}).assign(**{TEXT: texts, LANGUAGE: languages})

    columns = f"{TEXT} string, {LABEL} int, {GIVEN} string, {SOURCE} string, {SPLIT} string"
    return frame.mapInPandas(batches, f"{columns}, {AS_READ} string, {LANGUAGE} string")


def with_text(rows: DataFrame) -> DataFrame:
    """The rows whose text is neither blank nor too long."""
    return rows.where((F.col(TEXT) != "") & ~is_too_long())


def texts_of(rows: DataFrame) -> DataFrame:
    """The distinct texts of the rows that have a text and a label, with `seen` and `agree`."""
    labelled = with_text(rows.where(F.col(LABEL).isNotNull()))
    return distinct_texts(labelled.withColumn(FILM, F.lit(None).cast("string")))


def kept(texts: DataFrame, rule: TextRule) -> DataFrame:
    """The texts that training keeps, with their tokens."""
    return apply(token_stages(rule), texts.where("agree")).drop("folded")


def account(rows: DataFrame, texts: DataFrame) -> Cleaning:
    """The same account as training gives of its data."""
    no_label, no_text = F.col(LABEL).isNull(), F.col(TEXT) == ""
    dropped = no_label, ~no_label & no_text, ~no_label & is_too_long()
    total, unknown, empty, long = rows.agg(F.count("*"), *map(F.count_if, dropped)).collect()[0]
    contradictory = F.coalesce(F.sum(F.when(F.col("agree"), 0).otherwise(F.col("seen"))), F.lit(0))
    against, one_label = texts.agg(contradictory, F.count_if("agree")).collect()[0]
    repeated = total - unknown - empty - long - against - one_label
    return Cleaning(total, unknown, empty, long, repeated, against, one_label)


@contextmanager
def cached(frame: DataFrame) -> Iterator[DataFrame]:
    """The frame, held by Spark for as long as the block lasts."""
    try:
        yield frame.cache()
    finally:
        frame.unpersist()
