"""The rows of the comparison: a folder of Parquet files (text, label) to train on and one to be tested on.

All programs get the same files, with texts cleaned once (HTML breaks, entities), so that none stumbles over markup.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from sentiment.cleaning import clean
from sentiment.columns import LABEL_COLUMNS, TEXT_COLUMNS, find_column
from sentiment.errors import DataError

EXAM = "exam"
SEED = 42


class Rows(NamedTuple):
    """Folders of Parquet files; a test's name is its file's without the ending."""

    train: Path
    test: Path

    @property
    def tests(self) -> list[Path]:
        """The test files, the exam last: it is the smallest and says least."""
        return sorted(self.test.glob("*.parquet"), key=lambda path: (path.stem == EXAM, path.stem != "imdb-test", path))

    def counts(self) -> dict[str, dict[str, int]]:
        """Rows of each file."""
        return {
            folder.name: {path.stem: pq.read_metadata(path).num_rows for path in sorted(folder.glob("*.parquet"))}
            for folder in self
        }


class Labelled(NamedTuple):
    """The rows of one file; `labels` has the shape (texts,)."""

    texts: list[str]
    labels: npt.NDArray[np.int8]


def read(path: Path) -> Labelled:
    """A prepared file."""
    columns = pq.read_table(path, columns=["text", "label"])
    return Labelled(columns["text"].to_pylist(), columns["label"].to_numpy().astype(np.int8))


def prepare(source: Path, folder: Path, most: int | None = None) -> Rows:
    """The Parquet files of `source`, those called NAME-test to be tested on; of each at most `most` rows, at random."""
    shutil.rmtree(folder, ignore_errors=True)
    rows = Rows(folder / "train", folder / "test")
    files = sorted(source.glob("*.parquet"))
    if not files:
        raise DataError(f"{source} holds no Parquet file to train on")
    for path in files:
        table = pq.read_table(path)
        if most is not None and most < len(table):
            table = table.take(np.sort(np.random.default_rng(SEED).permutation(len(table))[:most]))
        _write(_standard(table, path), (rows.test if path.stem.endswith("-test") else rows.train) / path.name)
    return rows


def prepare_exam(path: Path, rows: Rows) -> None:
    """The distinct texts of a CSV file as a test that nothing here is trained on."""
    table = _standard(pc.read_csv(path), path)
    first = {text: place for place, text in reversed(list(enumerate(table["text"].to_pylist())))}
    _write(table.take(sorted(first.values())), rows.test / f"{EXAM}.parquet")


def _standard(table: pa.Table, path: Path) -> pa.Table:
    """Text and label under those names, and the other columns, such as the film's."""
    text, label = (_column(table, names, path) for names in (TEXT_COLUMNS, LABEL_COLUMNS))
    columns = {name: table[name] for name in table.column_names if name not in (text, label)}
    return pa.table({"text": [clean(text) for text in table[text].to_pylist()], "label": table[label], **columns})


def _column(table: pa.Table, names: tuple[str, ...], path: Path) -> str:
    if name := find_column(table.column_names, names):
        return name
    raise DataError(f"{path}: none of the columns {', '.join(names)}; there are {', '.join(table.column_names)}")


def _write(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
