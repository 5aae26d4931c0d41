"""What the comparison finds of each program."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measuring import Usage
from benchmarks.rows import Labelled, Rows, read
from sentiment.metrics import evaluate

METRICS = ("accuracy", "f1", "roc_auc", "brier", "ece")


class Outcome(NamedTuple):
    """`scores` is test -> metric -> value; `about` is what else a reader may want to know; or there is an error."""

    scores: dict[str, dict[str, float]]
    usage: Usage | None = None  # of training, search and scoring; of ours, of training alone
    about: dict[str, Any] = {}  # noqa: RUF012 - nobody writes to it
    error: str | None = None

    def by_test(self) -> dict[str, Any]:
        """The scores, or why there are none."""
        return {"error": self.error} if self.error else self.scores


def scores_of(rows: Rows, probability: Callable[[Path, Labelled], Iterable[float]]) -> dict[str, dict[str, float]]:
    """The scores of each test file, from the probabilities of its rows."""
    found = {}
    for path in rows.tests:
        test = read(path)
        scores = evaluate(test.labels, np.fromiter(probability(path, test), np.float64, len(test.texts)))
        found[path.stem] = {name: round(getattr(scores, name), 5) for name in METRICS}
    return found
