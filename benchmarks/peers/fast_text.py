"""fastText (Joulin et al. 2016), tuned on a held-out tenth of the training rows."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import fasttext

from benchmarks.peers.exchange import SEED, Rows, Score, Trained, run
from benchmarks.peers.tokens import Setting, spaced, tuned

GRID = {"lr": (0.3, 0.6), "epoch": (5, 10), "wordNgrams": (3,)}
POSITIVE = "__label__1"


def train(rows: Rows) -> Trained:
    """One thread: with more, no two runs are the same."""
    return tuned(rows, GRID, fit)


def fit(rows: Rows, setting: Setting) -> Score:
    model = learn(rows, setting)

    def score(texts: list[str]) -> list[float]:
        labels, probabilities = model.predict([spaced(text) for text in texts], k=2)
        pairs = (dict(zip(*answer, strict=True)) for answer in zip(labels, probabilities, strict=True))
        return [min(1.0, float(pair[POSITIVE])) for pair in pairs]  # its table of exponentials reaches 1.00001

    return score


def learn(rows: Rows, setting: Setting) -> Any:
    """fastText's own model."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.txt"
        lines = (f"__label__{label} {spaced(text)}\n" for text, label in zip(rows.texts, rows.labels, strict=True))
        file.write_text("".join(lines))
        return fasttext.train_supervised(
            str(file), dim=10, minCount=2, bucket=2_000_000, thread=1, seed=SEED, verbose=0, **setting
        )


if __name__ == "__main__":
    run(train)
