"""The files of an input: CSV, JSON lines and Parquet, on any path that Spark reads, as the DataFrames they hold."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import Column, DataFrame, DataFrameReader, GroupedData, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from sentiment.columns import distinct
from sentiment.errors import DataError, SentimentError


class Partition(NamedTuple):
    """The columns that folders named `column=value` right above a file stand for, and the folder that holds those."""

    base: str
    columns: tuple[str, ...]


class File(NamedTuple):
    """One file's path as Spark's readers take it, and as `_metadata.file_path` has it."""

    path: str
    name: str
    partition: Partition | None = None


# All of the files are in one kind of partition.
Loader = Callable[[SparkSession, list[File]], list[DataFrame]]

UNDECODED = "\ufffd"  # what stands in a text for bytes that are no UTF-8
LEAST_DAMAGED, DAMAGED = 5, 0.01  # lines, and of all lines of a file
PARTITIONED = re.compile(r"(.*?/)((?:[^/=]+=[^/]+/)+)[^/]+")  # a path, as `partitionBy` writes it
CSV = {"header": "true", "multiLine": "true", "quote": '"', "escape": '"', "encoding": "UTF-8"}
BROKEN = "_corrupt_record"  # the column of a row that could not be taken apart, where there is one


def tables(spark: SparkSession, entry: str) -> list[DataFrame]:
    """The data behind a path, files of one shape together; DataError, naming it, where it can't be read.

    Rows that could not be taken apart are among them, see `is_whole`.
    """
    with explained(f"{entry} can't be read"):
        return [frame for load, paths in _by_format(_files(spark, entry), entry) for frame in load(spark, paths)]


def is_whole(frame: DataFrame) -> Column:
    """Whether a row of a table could be taken apart."""
    return F.col(BROKEN).isNull() if BROKEN in frame.columns else F.lit(True)


@contextmanager
def explained(what: str, kind: type[SentimentError] = DataError) -> Iterator[None]:
    """What Spark can't do (an unknown kind of URL, a damaged file) is an error of one line: `what`, and why."""
    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        said = _of_java(error.java_exception) if isinstance(error, Py4JJavaError) else _first_line(error)
        raise kind(f"{what} ({said})") from error


def _of_java(exception: Any) -> str:
    """What it says, which may name the file, and what the cause of all causes says."""
    root = exception
    while cause := root.getCause():
        root = cause
    return "; ".join(dict.fromkeys(_first_line(each.toString()) for each in (exception, root)))


def _files(spark: SparkSession, entry: str) -> list[File]:
    listing = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    try:
        rows = listing.load(entry).select("path", "_metadata.file_path").collect()
    except AnalysisException as error:
        raise DataError(f"{entry} can't be read: no such file or folder ({_first_line(error)})") from error
    if not rows:
        raise DataError(f"{entry} is empty")
    return sorted(_file(row.path, row.file_path) for row in rows)


def _file(path: str, name: str) -> File:
    no_pattern = re.sub(r"[\\*?\[\]{}]", r"\\\g<0>", path)
    if not (found := PARTITIONED.fullmatch(path)):
        return File(no_pattern, name)
    base, folders = found.groups()
    return File(no_pattern, name, Partition(base, tuple(re.findall("([^/=]+)=[^/]+/", folders))))


def _by_format(files: list[File], entry: str) -> list[tuple[Loader, list[File]]]:
    """The files of each format, and of each kind of partition: Spark takes one kind at a time."""
    found: dict[tuple[Loader, Partition | None], list[File]] = {}
    for file in files:
        if load := _loader_of(file.path):
            found.setdefault((load, file.partition), []).append(file)
    if not found:
        raise DataError(f"{entry} holds no file that ends with {', '.join(LOADERS)} (compressed or not)")
    return [(load, together) for (load, _), together in found.items()]


def _loader_of(path: str) -> Loader | None:
    """By the last ending, or where that is not known, as a compressed file's, by the one before it."""
    *_, before, last = "", "", *path.rsplit("/", 1)[-1].lower().split(".")[1:]
    return LOADERS.get(f".{last}") or LOADERS.get(f".{before}")


def _reader(spark: SparkSession, partition: Partition | None, own: Sequence[str]) -> DataFrameReader:
    """Reads files with the columns of their partition, unless they have one of those names themselves."""
    held = {name.lower() for name in own}
    if not partition or any(column.lower() in held for column in partition.columns):
        return spark.read  # Spark would have the folder's in place of the file's
    return spark.read.option("basePath", partition.base)


def _csv(spark: SparkSession, files: list[File]) -> list[DataFrame]:
    """One table for each header; one that goes on in the next line is no other file's.

    DataError if a file has so many lines that are no UTF-8 that it is of another encoding, not damaged in places.
    """
    damaged = F.count_if(~F.is_valid_utf8("value"))
    looked_at = F.struct(
        F.min_by("value", "place").alias("header"), damaged.alias("damaged"), F.count("*").alias("all")
    )
    found = _of_each(spark, files, lambda lines: lines.agg(looked_at))
    for file in files:
        if file.name in found and found[file.name].damaged >= max(LEAST_DAMAGED, DAMAGED * found[file.name].all):
            raise _encoded_otherwise(file.path)
    headers = {name: looked.header for name, looked in found.items()}
    groups = _together(files, {name: header for name, header in headers.items() if header.count('"') % 2 == 0})
    return [_one_csv(spark, paths, files[0].partition) for paths in groups]


def _encoded_otherwise(path: str) -> DataError:
    return DataError(f"{path} is no CSV in UTF-8: save it as UTF-8, compressed with gzip or not at all")


def _one_csv(spark: SparkSession, paths: list[str], partition: Partition | None) -> DataFrame:
    """The delimiter is the one that the header uses. A row of too many or too few fields stands whole under BROKEN."""
    header = spark.read.text(paths[0]).first()
    if header and "\0" in header[0]:  # as in UTF-16
        raise _encoded_otherwise(paths[0])
    delimiter = max(",;\t", key=header[0].count) if header else ","
    if header:
        _check_names(paths[0], header[0], delimiter)
    names = spark.read.options(**CSV, sep=delimiter).csv(paths[0]).columns
    fields = [StructField(name, StringType()) for name in (*names, BROKEN)]
    reader = _reader(spark, partition, names).options(**CSV, sep=delimiter)
    return reader.schema(StructType(fields)).csv(paths, columnNameOfCorruptRecord=BROKEN)


def _check_names(path: str, header: str, delimiter: str) -> None:
    """DataError where a header of one line has a name twice: Spark would put numbers behind it."""
    try:
        names = next(csv.reader([header.lstrip("\ufeff")], delimiter=delimiter, strict=True))
        distinct([name for name in names if name])
    except csv.Error:  # it goes on in the next line
        return
    except DataError as error:
        raise DataError(f"{path}: {error}") from error


def _json(spark: SparkSession, files: list[File]) -> list[DataFrame]:
    """One table for each set of names that the objects of a file have; a file without an object is one by itself."""
    names = F.array_join(F.array_sort(F.array_distinct(F.flatten(F.collect_set(F.json_object_keys("value"))))), "\0")
    shapes = _of_each(spark, files, lambda lines: lines.agg(names)) if len(files) > 1 else {}
    groups = _together(files, {name: shape for name, shape in shapes.items() if shape})
    return [_one_json(spark, paths, files[0].partition) for paths in groups]


def _one_json(spark: SparkSession, paths: list[str], partition: Partition | None) -> DataFrame:
    own = spark.read.json(paths, columnNameOfCorruptRecord=BROKEN)
    if not partition:
        return own
    reader = _reader(spark, partition, own.columns).schema(own.schema)
    return reader.json(paths, columnNameOfCorruptRecord=BROKEN)


def _of_each(spark: SparkSession, files: list[File], found: Callable[[GroupedData], DataFrame]) -> dict[str, Any]:
    """What is found in the lines of each file, (value, place), by the file's name; in one step for all of them."""
    lines = spark.read.text([file.path for file in files]).select(
        F.col("_metadata.file_path").alias("name"),
        "value",
        F.struct("_metadata.file_block_start", F.monotonically_increasing_id()).alias("place"),
    )
    return {row[0]: row[1] for row in found(lines.groupBy("name")).collect()}


def _together(files: list[File], shapes: dict[str, str]) -> list[list[str]]:
    """The paths of the files of each shape; a file of none is one by itself."""
    groups: dict[tuple[str, str], list[str]] = {}
    for file in files:
        shape = shapes.get(file.name)
        groups.setdefault(("", file.name) if shape is None else ("shape", shape), []).append(file.path)
    return list(groups.values())


def _parquet(spark: SparkSession, files: list[File]) -> list[DataFrame]:
    """One table for each schema. That all parts have the same is seen in one step, as they mostly do."""
    paths = [file.path for file in files]
    schema = spark.read.parquet(*paths).schema
    groups = {schema: paths}
    if len(paths) > 1 and _merged(spark, paths) != schema:
        groups = {}
        for path in paths:
            groups.setdefault(spark.read.parquet(path).schema, []).append(path)
    return [_reader(spark, files[0].partition, own.names).parquet(*group) for own, group in groups.items()]


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
