"""A file scored batch by batch: every row as it stands there, with the model's answer beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from cli.files import Survey
from cli.formats import Entry, Row
from cli.writing import Layout
from sentiment.columns import ANSWER, answer_columns
from sentiment.results import Prediction
from sentiment.reviews import MOST_CHARACTERS, problem_of

BATCH = 4096  # rows answered at once, at most
BATCH_CHARACTERS = 4_000_000  # of the strings in a batch, after which it ends

# The answers to texts, in their order; a sentence where there is none.
Predict: TypeAlias = Callable[[Sequence[str]], Iterable[Prediction | str]]


class Answered(NamedTuple):
    """A row and its answer, or the problem that stands in the way of one."""

    entry: Entry
    prediction: Prediction | None
    problem: str | None


def answer(predict: Predict, entries: Iterable[Entry]) -> Iterator[list[Answered]]:
    """All rows in their order, a batch at a time; a bad row is among them, without a prediction."""
    for batch in _batches(entries):
        problems = [_problem(entry) for entry in batch]
        texts = [str(entry.text) for entry, problem in zip(batch, problems, strict=True) if problem is None]
        given = iter(predict(texts))
        yield [_answered(entry, problem or next(given)) for entry, problem in zip(batch, problems, strict=True)]


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch, characters = list[Entry](), 0
    for entry in entries:
        batch.append(entry)
        characters += sum(len(value) for value in entry.fields.values() if isinstance(value, str))
        if len(batch) >= BATCH or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def layout_of(found: Survey) -> Layout:
    """The file's columns and the answer's, these under names that the file does not use."""
    names = answer_columns(found.columns)
    return Layout(found.columns, {names[name]: kind for name, kind in ANSWER.items()}, found.schema)


def rows_of(batch: Iterable[Answered], layout: Layout, version: str) -> Iterator[Row]:
    """Each row's fields and its answer's; those of a bad row are None."""
    for entry, prediction, _ in batch:
        yield {**entry.fields, **dict(zip(layout.new, _values(prediction, version), strict=True))}


def _answered(entry: Entry, given: Prediction | str) -> Answered:
    return Answered(entry, None, given) if isinstance(given, str) else Answered(entry, given, None)


def _values(given: Prediction | None, version: str) -> tuple[object, ...]:
    if given is None:
        return (None,) * len(ANSWER)
    return given.label, given.probability, given.confidence, given.needs_review, version


def _problem(entry: Entry) -> str | None:
    if entry.problem:
        return entry.problem
    if entry.text is None:
        return f"{entry.column} is missing"
    if not isinstance(entry.text, str):
        return f"{entry.column} is not a string"
    found = problem_of(entry.text, MOST_CHARACTERS)
    return f"{entry.column} {found.detail}" if found else None
