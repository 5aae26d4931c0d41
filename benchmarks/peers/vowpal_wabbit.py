"""Vowpal Wabbit: an online logistic regression over hashed n-grams, tuned on a held-out tenth of the training rows."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from vowpalwabbit import Workspace

from benchmarks.peers.exchange import SEED, Rows, Score, Trained, run
from benchmarks.peers.tokens import Setting, spaced, tuned

GRID = {"passes": (2, 4), "ngram": (2, 3), "learning_rate": (0.25, 0.5)}
FIXED = f"--loss_function logistic --link logistic --bit_precision 24 --holdout_off --random_seed {SEED} --quiet"


def train(rows: Rows) -> Trained:
    """Vowpal Wabbit learns row by row, in the order given."""
    return tuned(rows, GRID, fit)


def fit(rows: Rows, setting: Setting) -> Score:
    model = learn(rows, setting)
    return lambda texts: [model.predict(line) for line in lines_of(texts, [""] * len(texts))]


def learn(rows: Rows, setting: Setting) -> Workspace:
    """Vowpal Wabbit's own model."""
    flags = " ".join(f"--{name} {value}" for name, value in setting.items())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.txt"
        file.write_text("".join(lines_of(rows.texts, [("-1", "1")[label] for label in rows.labels])))
        return Workspace(f"--data {file} --cache_file {file}.cache --kill_cache {FIXED} {flags}")


def lines_of(texts: Sequence[str], labels: Sequence[str]) -> list[str]:
    """Its own text format, in which a bar and a colon mean something."""
    words = (spaced(text).replace("|", "BAR").replace(":", "COLON") for text in texts)
    return [f"{label} |t {line}\n" for label, line in zip(labels, words, strict=True)]


if __name__ == "__main__":
    run(train)
