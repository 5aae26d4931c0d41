"""The files of an input: CSV, JSON lines and Parquet, on any path that Spark reads, as the DataFrames they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from sentiment.errors import DataError

Loader = Callable[[SparkSession, list[str]], list[DataFrame]]

UNDECODED = "\ufffd"  # what stands in a text for bytes that are no UTF-8
BROKEN = "_corrupt_record"  # the column of a row that could not be taken apart, where there is one


def tables(spark: SparkSession, entry: str) -> list[DataFrame]:
    """The data behind a path, Parquet files of one schema together; DataError, naming it, where it can't be read.

    Rows that could not be taken apart are among them, see `is_whole`.
    """
    with explained(f"{entry} can't be read"):
        return [frame for load, paths in _by_format(_files(spark, entry), entry) for frame in load(spark, paths)]


def is_whole(frame: DataFrame) -> Column:
    """Whether a row of a table could be taken apart."""
    return F.col(BROKEN).isNull() if BROKEN in frame.columns else F.lit(True)


@contextmanager
def explained(what: str) -> Iterator[None]:
    """What Spark can't do (an unknown kind of URL, a damaged file) is a DataError of one line: `what`, and why."""
    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        said = error.java_exception.toString() if isinstance(error, Py4JJavaError) else error
        raise DataError(f"{what} ({_first_line(said)})") from error


def _files(spark: SparkSession, entry: str) -> list[str]:
    listing = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    try:
        rows = listing.load(entry).select("path").collect()
    except AnalysisException as error:
        raise DataError(f"{entry} can't be read: no such file or folder ({_first_line(error)})") from error
    if not rows:
        raise DataError(f"{entry} is empty")
    return sorted(re.sub(r"[\\*?\[\]{}]", r"\\\g<0>", row.path) for row in rows)  # names, not patterns


def _by_format(files: list[str], entry: str) -> list[tuple[Loader, list[str]]]:
    found = {ending: [f for f in files if ending in _endings(f)] for ending in LOADERS}
    if not any(found.values()):
        raise DataError(f"{entry} holds no file that ends with {', '.join(LOADERS)} (compressed or not)")
    return [(LOADERS[ending], paths) for ending, paths in found.items() if paths]


def _endings(path: str) -> list[str]:
    return ["." + part.lower() for part in path.rsplit("/", 1)[-1].split(".")[-2:]]


def _csv(spark: SparkSession, paths: list[str]) -> list[DataFrame]:
    return [_one_csv(spark, path) for path in paths]  # each has a header of its own


def _one_csv(spark: SparkSession, path: str) -> DataFrame:
    """The delimiter is the one that the header uses. A row of too many or too few fields stands whole under BROKEN."""
    header = spark.read.text(path).first()
    delimiter = max(",;\t", key=header[0].count) if header else ","
    reader = spark.read.options(header=True, multiLine=True, quote='"', escape='"', encoding="UTF-8", sep=delimiter)
    names = reader.csv(path).columns
    fields = [StructField(name, StringType()) for name in (*names, BROKEN)]
    return reader.schema(StructType(fields)).csv(path, columnNameOfCorruptRecord=BROKEN)


def _json(spark: SparkSession, paths: list[str]) -> list[DataFrame]:
    return [spark.read.json(path, columnNameOfCorruptRecord=BROKEN) for path in paths]


def _parquet(spark: SparkSession, paths: list[str]) -> list[DataFrame]:
    """One table for each schema. That all parts have the same is seen in one step, as they mostly do."""
    together = spark.read.parquet(*paths)
    if len(paths) == 1 or _merged(spark, paths) == together.schema:
        return [together]
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(spark.read.parquet(path).schema.json(), []).append(path)
    return [spark.read.parquet(*group) for group in groups.values()]


def _merged(spark: SparkSession, paths: list[str]) -> StructType | None:
    """The schema of all files together; None where their types contradict one another."""
    try:
        return spark.read.option("mergeSchema", "true").parquet(*paths).schema
    except (PySparkException, Py4JJavaError):
        return None


LOADERS: dict[str, Loader] = {
    **dict.fromkeys((".csv", ".tsv"), _csv),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), _json),
    ".parquet": _parquet,
}


def _first_line(error: object) -> str:
    return str(error).split("\n", 1)[0][:200]
