"""Reviews from files: CSV, JSON lines, Parquet or plain lines, one row at a time whatever the file's size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO, TypeAlias

from cli.formats import (
    COMPRESSED,
    Entry,
    Records,
    Row,
    csv_entries,
    ending,
    json_lines,
    parquet_entries,
    parquet_file,
    plain_lines,
    standard_input,
    text_column,
    text_file,
)
from sentiment.errors import DataError

Reader: TypeAlias = Callable[[TextIO, str | None], Iterator[Entry]]

_READERS: dict[str, Reader] = {
    ".csv": csv_entries,
    ".tsv": csv_entries,
    ".jsonl": json_lines,
    ".ndjson": json_lines,
    ".txt": plain_lines,
}


class Survey(NamedTuple):
    """What a first look at a file tells: its columns, how many rows there are, and a Parquet file's Arrow schema."""

    columns: tuple[str, ...]
    rows: int
    schema: Any = None


def read_rows(source: str, column: str | None = None) -> Iterator[Row]:
    """The rows of a file, or the lines of standard input for `-`.

    Each has its text under `text`, whatever the file calls that column, and the file's other columns.
    `column` names the column when it is none of TEXT_COLUMNS. Raises DataError, with the line, at the first row
    that can't be read.
    """
    return (_readable(source, entry) for entry in read_entries(source, column))


def read_entries(source: str, column: str | None = None) -> Iterator[Entry]:
    """The same rows as they stand in the file, those that can't be read among them; DataError if the file can't be."""
    if source == "-":
        return plain_lines(standard_input(), column)
    path = Path(source)
    if path.is_dir():
        raise DataError(f"{source} is a folder: name one file, or give the folder to `sentiment score`")
    if not path.is_file():
        raise DataError(f"there is no file {source}")
    if ending(path) == ".parquet":
        return parquet_entries(path, column)
    if not (reader := _text_reader(path)):
        raise DataError(
            f"{source}: expected a file that ends with {', '.join(_READERS)} (or one of these and {COMPRESSED}) or "
            ".parquet; `sentiment score` also reads .json"
        )
    return text_file(path, lambda file: reader(file, column))


def survey(source: str, column: str | None = None) -> Survey:
    """Read a file through, of Parquet only the end; DataError if nowhere in it is a column with the text."""
    if source == "-":
        raise DataError("standard input can't be read twice: expected a file")
    entries, path = read_entries(source, column), Path(source)
    found = _parquet_survey(path) if ending(path) == ".parquet" else _text_survey(path, entries)
    if not found.rows and not found.columns:
        raise DataError(f"{source}: it is empty")
    try:
        text_column(found.columns, column)
    except DataError as error:
        raise DataError(f"{source}: {error}") from error
    return found


def _text_reader(path: Path) -> Reader | None:
    """By the ending, or that before it of a compressed file."""
    return _READERS.get(ending(path.with_suffix("") if ending(path) == COMPRESSED else path))


def _text_survey(path: Path, entries: Iterator[Entry]) -> Survey:
    columns: dict[str, None] = {}
    if _text_reader(path) is csv_entries:  # a file without rows has columns too
        columns = dict.fromkeys(text_file(path, lambda file: iter(Records(file).names)))
    rows = 0
    for entry in entries:
        columns.update(dict.fromkeys(entry.fields))
        rows += 1
    return Survey(tuple(columns), rows)


def _parquet_survey(path: Path) -> Survey:
    with parquet_file(path) as file:
        return Survey(tuple(file.schema_arrow.names), file.metadata.num_rows, file.schema_arrow)


def _readable(source: str, entry: Entry) -> Row:
    if entry.problem:
        raise DataError(f"{source}: {entry.problem}")
    text = entry.fields.pop(entry.column)
    return {**entry.fields, "text": text}
