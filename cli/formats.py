"""The formats that reviews come in, each a function from an open file to its rows."""

from __future__ import annotations

import csv
import gzip
import itertools
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TextIO, TypeAlias, TypeVar

import msgspec

from sentiment.columns import TEXT_COLUMNS, distinct, find_column
from sentiment.errors import DataError, NoTextError, SettingError

T = TypeVar("T")
Row: TypeAlias = dict[str, Any]

COMPRESSED = ".gz"
NAME_IT = "; name it with --text"  # the way out of all commands that read a file
LARGEST_FIELD = 1 << 24  # characters: the most that a quote which is never closed can swallow
PARQUET_ROWS = 64  # decoded at once: few, because a file of a few bytes can hold rows of a megabyte
PARQUET_BUFFER = 1 << 20  # bytes read at once of each column; without it, all of a row group's


class Entry(NamedTuple):
    """A row under its file's own column names; `column` is that of the text.

    Where a row can't be read, `problem` says why, and a line that can't be taken apart stands whole under `column`.
    """

    fields: Row
    column: str
    problem: str | None = None

    @property
    def text(self) -> object:
        return self.fields.get(self.column)


def ending(path: Path) -> str:
    """What the name's ending says of the format: `.csv`, in lower case."""
    return path.suffix.lower()


def text_column(columns: Iterable[str], wanted: str | None) -> str:
    """The column that holds the text: the one wanted, else the first known name in any case. NoTextError without it."""
    names = list(columns)
    if name := find_column(names, TEXT_COLUMNS, wanted):
        return name
    expected, found = wanted or ", ".join(TEXT_COLUMNS), ", ".join(names) or "none"
    way_out = NAME_IT if names and not wanted else ""
    raise NoTextError(f"no column with the text: expected {expected}; there are {found}{way_out}", names)


def parquet_package() -> Any:
    """pyarrow, which reads and writes Parquet; SettingError where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise SettingError("Parquet needs pyarrow: pip install '.[train]' in the project's folder") from error
    return pyarrow


def text_file(path: Path, read: Callable[[TextIO], Iterator[T]]) -> Iterator[T]:
    """What is read from the file, which may be compressed with gzip; DataError, naming it, where it can't be."""
    opened = gzip.open if ending(path) == COMPRESSED else Path.open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield from read(file)
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8: {error}; save it as UTF-8") from error
    except (OSError, EOFError, zlib.error) as error:  # the last two, and an OSError without a `strerror`: of gzip
        raise DataError(f"{path} can't be read: {getattr(error, 'strerror', None) or error}") from error
    except DataError as error:
        raise DataError(f"{path}: {error}") from error


def standard_input() -> Iterator[str]:
    """Its lines as they come; DataError where one is not UTF-8, whatever the terminal's encoding."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            raise DataError(f"line {number} of standard input is not UTF-8: {error}") from error


class Records:
    """A CSV file's records: quoted fields may hold line breaks; the delimiter is the one that the header uses."""

    def __init__(self, file: TextIO) -> None:
        if not (header := file.readline()):
            raise DataError("it is empty")
        self.delimiter = max(",;\t", key=header.count)
        self.lines: list[str] = []  # of the record at hand, as they stand in the file
        csv.field_size_limit(LARGEST_FIELD)
        self._rows = csv.reader(
            self._remembered(itertools.chain([header], file)), delimiter=self.delimiter, strict=True
        )
        self.names = self._header()

    def __iter__(self) -> Iterator[tuple[int, list[str] | csv.Error]]:
        """The number of each record's first line, and its fields or what is wrong with it."""
        while True:
            self.lines.clear()
            first = self._rows.line_num + 1
            try:
                if fields := next(self._rows):
                    yield first, fields
            except StopIteration:
                return
            except csv.Error as error:
                yield first, error

    def _header(self) -> list[str]:
        try:
            names = next(self._rows, [])
        except csv.Error as error:
            raise DataError(f"line 1: {error}") from error
        return distinct(names)

    def _remembered(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self.lines.append(line)
            yield line


def csv_entries(file: TextIO, wanted: str | None) -> Iterator[Entry]:
    """Fields fill the columns from the left; those that are too many stay in the last one."""
    records = Records(file)
    names, column = records.names, text_column(records.names, wanted)
    for number, fields in records:
        if isinstance(fields, csv.Error):
            yield Entry({column: "".join(records.lines).rstrip("\r\n")}, column, f"line {number}: {fields}")
        elif len(fields) == len(names):
            yield Entry(dict(zip(names, fields, strict=True)), column)
        else:
            problem = f"line {number}: {len(fields)} fields, but the header has {len(names)}"
            row = dict(zip(names, fields, strict=False))
            if len(fields) > len(names):
                row[names[-1]] = records.delimiter.join(fields[len(names) - 1 :])
            yield Entry(row, column, problem)


def json_lines(file: TextIO, wanted: str | None) -> Iterator[Entry]:
    column = wanted or TEXT_COLUMNS[0]
    for number, line in enumerate(file, 1):
        if not line.isspace():
            entry = _object(line, number, wanted, column)
            column = entry.column
            yield entry


def plain_lines(file: Iterable[str], wanted: str | None) -> Iterator[Entry]:
    """A line that starts with `{` is a JSON object, any other is the text itself."""
    for number, line in enumerate(file, 1):
        if line.lstrip().startswith("{"):
            yield _object(line, number, wanted, TEXT_COLUMNS[0])
        elif not line.isspace():
            yield Entry({TEXT_COLUMNS[0]: line.rstrip("\r\n")}, TEXT_COLUMNS[0])


def _object(line: str, number: int, wanted: str | None, known: str) -> Entry:
    """The entry of a line of JSON; `known` is the text's column where the line itself does not tell."""
    row: Row = {known: line.rstrip("\r\n")}
    try:
        row = msgspec.json.decode(line, type=Row)
        return Entry(row, text_column(row, wanted))
    except (msgspec.DecodeError, RecursionError, DataError) as error:
        return Entry(row, known, f"line {number}: {error}")


def parquet_entries(path: Path, wanted: str | None) -> Iterator[Entry]:
    with parquet_file(path) as file:
        column = text_column(distinct(file.schema_arrow.names), wanted)
        for batch in file.iter_batches(PARQUET_ROWS):
            yield from (Entry(row, column) for row in batch.to_pylist())


@contextmanager
def parquet_file(path: Path) -> Iterator[Any]:
    """The open file; what goes wrong while it is read becomes a DataError that names it."""
    arrow = parquet_package()
    try:
        with arrow.parquet.ParquetFile(path, buffer_size=PARQUET_BUFFER, pre_buffer=False) as file:
            yield file
    except (arrow.ArrowException, OSError, DataError, OverflowError) as error:  # that of a date beyond the year 9999
        raise DataError(f"{path}: {error}") from error
