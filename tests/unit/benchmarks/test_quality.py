"""What our own training is told in the comparison with its peers."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.ours import options
from benchmarks.rows import prepare

REVIEWS = {"review": ["a good film", "a bad film"], "label": [1, 0]}


@pytest.mark.parametrize(("more", "told"), [({}, []), ({"film": ["x", "y"]}, ["--film", "film"])])
def test_films_are_kept_together_where_the_data_tell_them(
    tmp_path: Path, more: dict[str, list[str]], told: list[str]
) -> None:
    """The starter data have no films, and training refuses the name of a column that no file has."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("imdb-train", "imdb-test"):
        pq.write_table(pa.table(REVIEWS | more), source / f"{name}.parquet")
    rows = prepare(source, tmp_path / "rows")
    train, test = rows.train / "imdb-train.parquet", rows.test / "imdb-test.parquet"
    assert options(rows) == ["--input", str(train), "--test", str(test), *told]
