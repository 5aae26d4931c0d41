"""Labelled reviews as (text, label, film, source), whatever their files call those."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BinaryType, DoubleType, FloatType, StringType

from sentiment.columns import DECIMAL, LABEL_COLUMNS, NEGATIVE, POSITIVE, TEXT_COLUMNS, find_column
from sentiment.errors import DataError
from spark_jobs.columns import FILM, LABEL, SOURCE, TEXT
from spark_jobs.files import BROKEN, is_whole, tables

WHOLE = r"^([0-9]+)\.0+$"


class Columns(NamedTuple):
    """Names of columns as the user gives them; None is found by name."""

    text: str | None = None
    label: str | None = None
    film: str | None = None  # rows with one value here are kept on one side of every split; never looked for


def read_reviews(spark: SparkSession, inputs: Sequence[str], columns: Columns = Columns()) -> DataFrame:  # noqa: B008
    """All inputs in one DataFrame; a label that is neither positive nor negative, or in a broken row, becomes null.

    Raises DataError, naming the path, where nothing is found, a format is unknown or a column is missing.
    """
    frames = [_standard(frame, columns, entry) for entry in inputs for frame in tables(spark, entry)]
    return reduce(DataFrame.unionByName, frames)


def _standard(frame: DataFrame, columns: Columns, entry: str) -> DataFrame:
    text = text_of(frame, columns.text, entry)
    label = column_of(frame, columns.label, LABEL_COLUMNS, f"{entry}: label")
    return frame.select(
        text.alias(TEXT),
        F.when(is_whole(frame), as_label(F.col(label))).alias(LABEL),
        _film(frame, columns.film).alias(FILM),
        F.lit(entry).alias(SOURCE),
    )


def text_of(frame: DataFrame, given: str | None, entry: str) -> Column:
    """The texts; null in a broken row, and where bytes are no valid UTF-8. Raises DataError as `text_column` does."""
    text = F.col(text_column(frame, given, entry)).cast("string")
    return F.when(is_whole(frame), F.try_validate_utf8(text))


def text_column(frame: DataFrame, given: str | None, entry: str) -> str:
    """The quoted name of the texts' column; DataError if there is none, or if it holds something else."""
    column = column_of(frame, given, TEXT_COLUMNS, f"{entry}: text")
    (texts,) = frame.select(column).schema
    if not isinstance(texts.dataType, StringType | BinaryType):
        kind = texts.dataType.typeName()
        raise DataError(f"{entry}: the column of texts holds {kind}: name another one with --text")
    return column


def column_of(frame: DataFrame, given: str | None, names: Sequence[str], what: str) -> str:
    """The quoted name of the column that the user named, or of the first that is there; DataError if none is."""
    if name := find_column(frame.columns, names, given):
        return quoted(name)
    there = [name for name in frame.columns if name != BROKEN]
    if not there:
        raise DataError(f"{what} column not found, nor any other: JSON must have one object on each line")
    raise DataError(
        f"{what} column not found: looked for {given or ', '.join(names)}; the columns are {', '.join(there)}; "
        "name it with --text or --label"
    )


def _film(frame: DataFrame, given: str | None) -> Column:
    """Null where the file has no such column, as one of several inputs may. 12.0 is 12: whole numbers in a column with
    gaps are often stored so.
    """
    if not given or not (name := find_column(frame.columns, (), given)):
        return F.lit(None).cast("string")
    column = F.col(quoted(name))
    if isinstance(frame.schema[name].dataType, FloatType | DoubleType):
        column = F.coalesce(_whole(column), F.nullif(column, F.lit(math.nan)).cast("string"))
    return F.nullif(F.regexp_replace(F.trim(as_string(column)), WHOLE, "$1"), F.lit(""))


def _whole(number: Column) -> Column:
    """A whole number as a string; null for others. Spark's own would be 1.2345678E7 from ten millions on."""
    whole = number.try_cast("long")
    return F.when(whole == number, whole).cast("string")


def as_string(column: Column) -> Column:
    """The column as strings that Python can take, with U+FFFD for bytes that are no valid UTF-8."""
    return F.make_valid_utf8(column.cast("string"))


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def as_label(column: Column) -> Column:
    """1 or 0 for the usual words and numbers; null for all others."""
    word = F.lower(F.trim(column.cast("string"), F.lit(" \t\r\n")))
    word = F.regexp_replace(word, DECIMAL, "$1")
    return F.when(word.isin(*POSITIVE), F.lit(1)).when(word.isin(*NEGATIVE), F.lit(0)).cast("int")
