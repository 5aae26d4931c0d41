"""What every peer does alike: training rows in, the positive class's probabilities of the test rows out.

A peer runs in an environment of its own, as `python -m benchmarks.peers.NAME --train FOLDER --test FOLDER
--output FOLDER`. The folders in hold Parquet files of (text, label); the folder out gets a Parquet file of
(probability) for each test file, rows in its order, and `chosen.json` with the hyper-parameters used.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

SEED = 42

Score: TypeAlias = Callable[[list[str]], Iterable[float]]  # texts -> probabilities


class Rows(NamedTuple):
    """Texts and their labels, 1 positive and 0 negative."""

    texts: list[str]
    labels: list[int]


class Trained(NamedTuple):
    """What a peer has learned, and with which hyper-parameters."""

    score: Score
    chosen: dict[str, object]


def run(train: Callable[[Rows], Trained]) -> None:
    """Train on the rows that the command line names and answer its test files."""
    parser = argparse.ArgumentParser()
    for name in ("train", "test", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    folders = parser.parse_args()
    score, chosen = train(_shuffled(read(sorted(folders.train.glob("*.parquet")))))
    folders.output.mkdir(parents=True, exist_ok=True)
    for path in sorted(folders.test.glob("*.parquet")):
        probability = pa.array(score(read([path]).texts), pa.float64())
        pq.write_table(pa.table({"probability": probability}), folders.output / path.name)
    (folders.output / "chosen.json").write_text(json.dumps(chosen))


def read(paths: list[Path]) -> Rows:
    columns = [pq.read_table(path, columns=["text", "label"]).to_pydict() for path in paths]
    return Rows(
        [text for part in columns for text in part["text"]],
        [label for part in columns for label in part["label"]],
    )


def _shuffled(rows: Rows) -> Rows:
    """The rows in one random order: the files are sorted by source and label, and some peers learn row by row."""
    places = list(range(len(rows.texts)))
    random.Random(SEED).shuffle(places)  # noqa: S311 - an order, not a secret
    return Rows([rows.texts[place] for place in places], [rows.labels[place] for place in places])
