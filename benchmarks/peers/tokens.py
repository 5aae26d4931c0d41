"""What fastText and Vowpal Wabbit have in common: both split at spaces and are tuned on a held-out part."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from benchmarks.peers.exchange import Rows, Score, Trained

Setting: TypeAlias = dict[str, float]

HELD_OUT = 10  # one training row in so many chooses the hyper-parameters

_TOKEN = re.compile(r"\d+/\d+|\w+(?:'\w+)*|[^\w\s]")  # fractions, words, every other mark


def spaced(text: str) -> str:
    """Lower-case tokens with one space between them, on one line."""
    return " ".join(_TOKEN.findall(text.lower()))


def tuned(rows: Rows, grid: Mapping[str, Sequence[float]], fit: Callable[[Rows, Setting], Score]) -> Trained:
    """Fit all rows with the setting of the grid that does best on a held-out tenth when fitted on the others."""
    places = range(len(rows.texts))
    learn, held_out = _rows(rows, (i for i in places if i % HELD_OUT)), _rows(rows, places[::HELD_OUT])
    settings = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    accuracies = [_accuracy(fit(learn, setting), held_out) for setting in settings]
    best = max(range(len(settings)), key=accuracies.__getitem__)
    return Trained(fit(rows, settings[best]), {**settings[best], "held_out_accuracy": round(accuracies[best], 4)})


def _accuracy(score: Score, rows: Rows) -> float:
    right = [(p > 0.5) == bool(label) for p, label in zip(score(rows.texts), rows.labels, strict=True)]
    return sum(right) / len(right)


def _rows(rows: Rows, places: Iterable[int]) -> Rows:
    chosen = list(places)
    return Rows([rows.texts[i] for i in chosen], [rows.labels[i] for i in chosen])
