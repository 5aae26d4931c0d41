"""What is to be said of a scored file: how many rows, which were bad, and how good the answers are."""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from cli.scoring import Answered
from sentiment.columns import label_of
from sentiment.language import language_of
from sentiment.metrics import Scores, evaluate

MOST_SHOWN = 10
MOST_SPELLINGS = 1000  # of labels that are remembered: a column of labels has fewer


def score_text(value: float | None) -> str:
    """A score for people; n/a where it is not defined."""
    return "n/a" if value is None or math.isnan(value) else f"{value:.4f}"


class Pairs(NamedTuple):
    """True labels and the probabilities that were given; 9 bytes a row."""

    labels: array[int]
    probability: array[float]

    def scores(self) -> Scores:
        return evaluate(np.array(self.labels, np.int8), np.array(self.probability, np.float64))


class Figures:
    """Counts that grow batch by batch; `label` is the column with the true labels, if there is one."""

    def __init__(self, label: str | None) -> None:
        self.label = label
        self.rows = self.bad_rows = self.positive = self.needs_review = self.unlabelled = 0
        self.first_bad: list[str] = []
        self.spelt: Counter[str] = Counter()  # how many rows have each label, as it is spelt
        self.pairs: defaultdict[str, Pairs] = defaultdict(lambda: Pairs(array("b"), array("d")))

    def add(self, batch: Iterable[Answered]) -> None:
        for row in batch:
            self.rows += 1
            if row.prediction is None:
                self._add_bad(row)
                continue
            self.positive += row.prediction.sentiment
            self.needs_review += row.prediction.needs_review
            if self.label:
                self._add_labelled(row, row.prediction.probability, row.entry.fields.get(self.label))

    def scores(self) -> dict[str, Scores]:
        """`all`, and each language's scores where there is English and French; empty without labelled rows."""
        if not self.pairs:
            return {}
        whole = Pairs(array("b"), array("d"))
        for labels, probability in self.pairs.values():
            whole.labels.extend(labels)
            whole.probability.extend(probability)
        both = {"en", "fr"} <= self.pairs.keys()
        return {"all": whole.scores(), **{name: self.pairs[name].scores() for name in sorted(self.pairs) if both}}

    def summary(self) -> dict[str, Any]:
        """One object for programs; `n` rows have an answer and, where there are labels, a label that is known."""
        told: dict[str, Any] = {"n": self.rows - self.bad_rows, "bad_rows": self.bad_rows}
        told |= {"positive": self.positive, "needs_review": self.needs_review}
        if self.label:
            told["unlabelled"] = self.unlabelled
        scores = {name: _plain(part) for name, part in self.scores().items()}
        whole = scores.pop("all", {})
        return {**told, **whole, **({"by_language": scores} if scores else {})}

    def _add_bad(self, row: Answered) -> None:
        self.bad_rows += 1
        if len(self.first_bad) < MOST_SHOWN:
            self.first_bad.append(f"row {self.rows}: {row.problem}")

    def _add_labelled(self, row: Answered, probability: float, value: object) -> None:
        if value is not None and (str(value) in self.spelt or len(self.spelt) < MOST_SPELLINGS):
            self.spelt[str(value)] += 1
        label = label_of(value)
        if label is None:
            self.unlabelled += 1
            return
        pairs = self.pairs[language_of(str(row.entry.text))]
        pairs.labels.append(label)
        pairs.probability.append(probability)


def _plain(scores: Scores) -> dict[str, Any]:
    return {**scores._asdict(), "confusion": scores.confusion._asdict()}
