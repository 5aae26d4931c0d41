"""A file of reviews scored through the API, and what is to be said of it. Reading and writing it is brought from
outside, so that the page and the command line score files alike.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias

from sentiment.errors import ServiceError
from sentiment.results import Prediction
from ui.client import Api, RefusedError
from ui.cutting import cut

ENDINGS = ("csv", "tsv", "jsonl", "ndjson", "parquet")
LEAST_CERTAIN, BAD_ROWS = 200, 1_000  # that are listed; the scored file has them all


class Row(NamedTuple):
    """A row of the file, counted from 1, and its answer, or what stands in the way of one."""

    number: int
    text: str
    prediction: Prediction | None
    problem: str | None


class Step(NamedTuple):
    """Some more rows, in their order, and how many the file has."""

    rows: list[Row]
    total: int


class Job(NamedTuple):
    """The file to read, the file to write, and the column of the texts where its name is an unusual one."""

    source: Path
    output: Path
    column: str | None = None


class ModelChangedError(ServiceError):
    """The API took another model into use while a file was scored: a file has one."""


class ApiPredictor:
    """The API's answers to texts; a text that the API refuses has its reason instead, as `told` words it.

    `version` is that of the first answer; ModelChangedError if a later one is another's.
    """

    def __init__(self, api: Api, told: Callable[[RefusedError], str] = str) -> None:
        self._api, self._told = api, told
        self.version = ""

    def __call__(self, texts: Sequence[str]) -> Iterator[Prediction | str]:
        for answer in self._api.score(texts):
            if isinstance(answer, RefusedError):
                yield self._told(answer)
                continue
            self.version = self.version or answer.model_version
            if answer.model_version != self.version:
                raise ModelChangedError(f"{answer.model_version} answers in place of {self.version}")
            yield Prediction(answer.sentiment, answer.probability, answer.needs_review)


ScoreFile: TypeAlias = Callable[[Job, ApiPredictor], Iterator[Step]]


@dataclass
class Outcome:
    """Counts, the least certain rows (the least certain first) and the first bad ones; bounded, whatever the file.

    The texts of the rows that are listed are cut: the scored file has them whole.
    """

    rows: int = 0
    bad: int = 0
    positive: int = 0
    needs_review: int = 0
    least_certain: list[Row] = field(default_factory=list)
    bad_rows: list[Row] = field(default_factory=list)

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.rows += 1
            if row.prediction is None:
                self.bad += 1
                if len(self.bad_rows) < BAD_ROWS:
                    self.bad_rows.append(_listed(row))
                continue
            self.positive += row.prediction.sentiment
            self.needs_review += row.prediction.needs_review
            self._rank(row)

    def _rank(self, row: Row) -> None:
        if len(self.least_certain) < LEAST_CERTAIN or _confidence(row) < _confidence(self.least_certain[-1]):
            insort(self.least_certain, _listed(row), key=_confidence)
            del self.least_certain[LEAST_CERTAIN:]


def _listed(row: Row) -> Row:
    return row._replace(text=cut(row.text))


def _confidence(row: Row) -> float:
    return row.prediction.confidence if row.prediction else 1.0
