"""Reviews from files: CSV, JSON lines, Parquet or plain lines, one row at a time whatever the file's size."""

from __future__ import annotations

import csv
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO, TypeAlias

import msgspec

from sentiment.columns import TEXT_COLUMNS, find_column
from sentiment.errors import DataError, SettingError

Row: TypeAlias = dict[str, Any]

LARGEST_FIELD = 1 << 27


def read_rows(source: str, column: str | None = None) -> Iterator[Row]:
    """The rows of a file, or the lines of standard input for `-`.

    Each has its text under `text`, whatever the file calls that column, and the file's other columns.
    `column` names the column when it is none of TEXT_COLUMNS. Raises DataError, with the line, at the first row
    that can't be read.
    """
    if source == "-":
        return _lines(sys.stdin, column)
    path = Path(source)
    if not path.is_file():
        raise DataError(f"there is no file {source}")
    if path.suffix == ".parquet":
        return _parquet(path, column)
    readers: dict[str, Callable[[TextIO, str | None], Iterator[Row]]] = {
        ".csv": _csv,
        ".tsv": _csv,
        ".jsonl": _json_lines,
        ".ndjson": _json_lines,
        ".txt": _lines,
    }
    if path.suffix not in readers:
        raise DataError(f"{source}: expected a file that ends with {', '.join(readers)} or .parquet")
    return _text_file(path, lambda file: readers[path.suffix](file, column))


def text_column(columns: Iterable[str], wanted: str | None) -> str:
    """The column that holds the text: the one wanted, else the first known name in any case."""
    names = list(columns)
    if name := find_column(names, TEXT_COLUMNS, wanted):
        return name
    expected = wanted or ", ".join(TEXT_COLUMNS)
    raise DataError(f"no column with the text: expected {expected}; there are {', '.join(names) or 'none'}")


def _text_file(path: Path, read: Callable[[TextIO], Iterator[Row]]) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from read(file)
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8: {error}") from error
    except DataError as error:
        raise DataError(f"{path}: {error}") from error


def _csv(file: TextIO, wanted: str | None) -> Iterator[Row]:
    """Quoted fields may hold line breaks; the delimiter is the one that the header uses."""
    csv.field_size_limit(LARGEST_FIELD)
    header = file.readline()
    delimiter = max(",;\t", key=header.count)
    rows = csv.reader(itertools.chain([header], file), delimiter=delimiter, strict=True)
    try:
        names = next(rows, [])
        column = text_column(names, wanted)
        for fields in filter(None, rows):
            if len(fields) != len(names):
                raise DataError(f"line {rows.line_num}: {len(fields)} fields, but the header has {len(names)}")
            yield _with_text(dict(zip(names, fields, strict=True)), column)
    except csv.Error as error:
        raise DataError(f"line {rows.line_num}: {error}") from error


def _json_lines(file: TextIO, wanted: str | None) -> Iterator[Row]:
    for number, line in enumerate(file, 1):
        if not line.isspace():
            yield _object(line, number, wanted)


def _lines(file: TextIO, wanted: str | None) -> Iterator[Row]:
    """A line that starts with `{` is a JSON object, any other is the text itself."""
    for number, line in enumerate(file, 1):
        if line.lstrip().startswith("{"):
            yield _object(line, number, wanted)
        elif not line.isspace():
            yield {"text": line.rstrip("\r\n")}


def _object(line: str, number: int, wanted: str | None) -> Row:
    try:
        row = msgspec.json.decode(line, type=Row)
        return _with_text(row, text_column(row, wanted))
    except (msgspec.DecodeError, RecursionError, DataError) as error:
        raise DataError(f"line {number}: {error}") from error


def _parquet(path: Path, wanted: str | None) -> Iterator[Row]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise SettingError(f"{path}: Parquet needs pyarrow: pip install 'review-sentiment[train]'") from error
    try:
        with ParquetFile(path) as file:
            column = text_column(file.schema_arrow.names, wanted)
            for batch in file.iter_batches():
                yield from (_with_text(row, column) for row in batch.to_pylist())
    except (ArrowException, DataError) as error:
        raise DataError(f"{path}: {error}") from error


def _with_text(row: Row, column: str) -> Row:
    """The row with its text under the name that the whole program uses."""
    text = row.pop(column)
    return {**row, "text": text}
