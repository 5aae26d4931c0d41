"""Rows written to CSV, JSON lines or Parquet: all of them, or no file at all."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import msgspec

from cli.formats import Row, ending, parquet_package
from sentiment.errors import SettingError

Write: TypeAlias = Callable[[Iterable[Row]], None]


class Layout(NamedTuple):
    """The columns to write: those of the input, and those that are new with their types: str, float or bool.

    `schema` is a Parquet input's, whose types a Parquet output keeps; columns of other inputs are strings there.
    """

    kept: tuple[str, ...]
    new: dict[str, type]
    schema: Any = None

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.kept, *self.new)


@contextmanager
def writing(path: Path, layout: Layout) -> Iterator[Write]:
    """A function that writes rows to a temporary file, which takes the place of `path` when the block ends well.

    The ending of the name says the format. SettingError if it is not known or the file can't be written.
    """
    if ending(path) not in _WRITERS:
        raise SettingError(f"{path}: expected a file to write that ends with {', '.join(_WRITERS)}")
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with _WRITERS[ending(path)](temporary, layout) as write:
            yield write
        temporary.replace(path)
    except OSError as error:
        raise SettingError(f"can't write {path}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _csv(path: Path, layout: Layout, delimiter: str = ",") -> Iterator[Write]:
    """Lines end with CRLF, as RFC 4180 has it: where they end with LF alone, csv does not quote a lone CR."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(layout.names)
        yield lambda rows: writer.writerows([_as_text(row.get(name)) for name in layout.names] for row in rows)


@contextmanager
def _json_lines(path: Path, _: Layout) -> Iterator[Write]:
    encoder = msgspec.json.Encoder(enc_hook=str)
    with path.open("wb") as file:
        yield lambda rows: file.writelines(encoder.encode(row) + b"\n" for row in rows)


@contextmanager
def _parquet(path: Path, layout: Layout) -> Iterator[Write]:
    arrow = parquet_package()
    types = {str: arrow.string(), float: arrow.float64(), bool: arrow.bool_()}
    schema = layout.schema or arrow.schema([(name, arrow.string()) for name in layout.kept])
    for name, kind in layout.new.items():
        schema = schema.append(arrow.field(name, types[kind]))

    def write(rows: Iterable[Row]) -> None:
        typed = list(rows) if layout.schema else [_as_strings(row, layout.kept) for row in rows]
        writer.write_batch(arrow.RecordBatch.from_pylist(typed, schema))

    with arrow.parquet.ParquetWriter(path, schema) as writer:
        yield write


def _as_strings(row: Row, names: Iterable[str]) -> Row:
    return {**row, **{name: _as_text(row.get(name)) for name in names}}


def _as_text(value: object) -> str | None:
    """A string as it is, a date or the like as JSON has it but without quotes, anything else as JSON; nan, inf."""
    plain = msgspec.to_builtins(value, enc_hook=str)
    if isinstance(plain, float) and not math.isfinite(plain):
        return str(plain)
    return plain if isinstance(plain, str | None) else msgspec.json.encode(plain).decode()


_WRITERS: dict[str, Callable[[Path, Layout], AbstractContextManager[Write]]] = {
    ".csv": _csv,
    ".tsv": partial(_csv, delimiter="\t"),
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
}
