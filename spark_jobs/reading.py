"""Labelled reviews from CSV, JSON lines and Parquet, on any path that Spark reads, as (text, label, film, source)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import NamedTuple

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import AnalysisException, IllegalArgumentException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from sentiment.columns import LABEL_COLUMNS, NEGATIVE, POSITIVE, TEXT_COLUMNS, find_column
from sentiment.errors import DataError
from spark_jobs.columns import FILM, LABEL, SOURCE, TEXT

Loader = Callable[[SparkSession, list[str]], DataFrame]


class Columns(NamedTuple):
    """Names of columns as the user gives them; None is found by name."""

    text: str | None = None
    label: str | None = None
    film: str | None = None  # rows with one value here are kept on one side of every split; never looked for


def read_reviews(spark: SparkSession, inputs: Sequence[str], columns: Columns = Columns()) -> DataFrame:  # noqa: B008
    """All inputs in one DataFrame; a label that is neither positive nor negative becomes null.

    Raises DataError, naming the path, where nothing is found, a format is unknown or a column is missing.
    """
    frames: list[DataFrame] = []
    for entry in inputs:
        with _readable(entry):
            found = _by_format(_files(spark, entry), entry)
            frames += [_standard(load(spark, paths), columns, entry) for load, paths in found]
    return reduce(DataFrame.unionByName, frames)


@contextmanager
def _readable(entry: str) -> Iterator[None]:
    """What Spark can't read (an unknown kind of URL, a damaged file) is a DataError in one line."""
    try:
        yield
    except (IllegalArgumentException, Py4JJavaError) as error:
        said = error.java_exception.toString() if isinstance(error, Py4JJavaError) else error
        raise DataError(f"{entry} can't be read ({_first_line(said)})") from error


def _files(spark: SparkSession, entry: str) -> list[str]:
    listing = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    try:
        rows = listing.load(entry).select("path").collect()
    except AnalysisException as error:
        raise DataError(f"{entry} can't be read: no such file or folder ({_first_line(error)})") from error
    return sorted(row.path for row in rows)


def _by_format(files: list[str], entry: str) -> list[tuple[Loader, list[str]]]:
    found = {ending: [f for f in files if ending in _endings(f)] for ending in LOADERS}
    if not any(found.values()):
        raise DataError(f"{entry} holds no file that ends with {', '.join(LOADERS)} (compressed or not)")
    return [(LOADERS[ending], part) for ending, paths in found.items() for part in _alike(ending, paths)]


def _alike(ending: str, paths: list[str]) -> list[list[str]]:
    """Files to read together: Parquet's parts share a schema; a CSV's header and a JSON's names are its own."""
    return [paths] if ending == ".parquet" and paths else [[path] for path in paths]


def _endings(path: str) -> list[str]:
    return ["." + part.lower() for part in path.rsplit("/", 1)[-1].split(".")[-2:]]


def _csv(spark: SparkSession, paths: list[str]) -> DataFrame:
    return spark.read.csv(paths, header=True, multiLine=True, quote='"', escape='"', encoding="UTF-8")


def _json(spark: SparkSession, paths: list[str]) -> DataFrame:
    return spark.read.json(paths, primitivesAsString=True)


def _parquet(spark: SparkSession, paths: list[str]) -> DataFrame:
    return spark.read.parquet(*paths)


LOADERS: dict[str, Loader] = {".csv": _csv, ".json": _json, ".jsonl": _json, ".ndjson": _json, ".parquet": _parquet}


def _standard(frame: DataFrame, columns: Columns, entry: str) -> DataFrame:
    text = _column(frame, columns.text, TEXT_COLUMNS, f"{entry}: text")
    label = _column(frame, columns.label, LABEL_COLUMNS, f"{entry}: label")
    return frame.select(
        F.col(text).cast("string").alias(TEXT),
        _as_label(F.col(label)).alias(LABEL),
        _film(frame, columns.film).alias(FILM),
        F.lit(entry.rstrip("/").rsplit("/", 1)[-1]).alias(SOURCE),
    )


def _column(frame: DataFrame, given: str | None, names: Sequence[str], what: str) -> str:
    if name := find_column(frame.columns, names, given):
        return "`" + name.replace("`", "``") + "`"
    raise DataError(
        f"{what} column not found: looked for {given or ', '.join(names)}; the columns are {', '.join(frame.columns)}; "
        "name it with --text or --label"
    )


def _film(frame: DataFrame, given: str | None) -> Column:
    """Null where the file has no such column, as one of several inputs may."""
    name = find_column(frame.columns, (), given) if given else None
    return F.nullif(F.trim(F.col(f"`{name}`").cast("string")), F.lit("")) if name else F.lit(None).cast("string")


def _as_label(column: Column) -> Column:
    word = F.lower(F.trim(column.cast("string")))
    return F.when(word.isin(*POSITIVE), F.lit(1)).when(word.isin(*NEGATIVE), F.lit(0)).cast("int")


def _first_line(error: object) -> str:
    return str(error).split("\n", 1)[0][:200]
