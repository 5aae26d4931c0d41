"""Two models side by side: what their own reports say, or what they answer to the rows of a file."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
from rich.console import Console
from rich.table import Table

from cli.figures import Figures, score_text
from cli.files import read_entries, survey
from cli.predict_file import Job, counting, label_column, require_labels
from cli.scoring import Answered, answer
from cli.terminal import fitting, one_line
from sentiment import Classifier, Prediction
from sentiment.columns import label_of
from sentiment.folder import read_manifest

MEASURES = ("accuracy", "f1", "roc_auc", "brier", "ece")
PLACES = ("first", "second")


class Change(NamedTuple):
    """A text and the probabilities that the two models give it."""

    distance: float
    row: int
    text: str
    before: float
    after: float


@dataclass
class Comparison:
    """What two models answer to the same rows; `first` and `second` are right where only one of them is."""

    figures: tuple[Figures, Figures]
    changed: int = 0
    distance: float = 0.0  # the sum over rows of how far apart the probabilities are
    first: int = 0
    second: int = 0
    strongest: list[Change] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return self.figures[0].rows - self.figures[0].bad_rows

    @property
    def mean_distance(self) -> float:
        return self.distance / max(self.answered, 1)

    @property
    def chance(self) -> float:
        """How likely a split at least as uneven is between models that are equally good: McNemar's exact test."""
        n, least = self.first + self.second, min(self.first, self.second)
        ways = (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(least + 1))
        return min(1.0, 2 * math.fsum(math.exp(each - n * math.log(2)) for each in ways))

    def summary(self) -> dict[str, Any]:
        """One object for programs."""
        told: dict[str, Any] = {"n": self.answered, "bad_rows": self.figures[0].bad_rows}
        told |= {"labels_changed": self.changed, "mean_abs_dp": self.mean_distance}
        if self.figures[0].label:
            told |= {"only_first_right": self.first, "only_second_right": self.second, "p_value": self.chance}
        return told | {"models": [figures.summary() for figures in self.figures]}


def compare_on(models: tuple[Classifier, Classifier], job: Job, most: int) -> Comparison:
    """Classify each row of a file by both; the `most` rows whose probabilities are farthest apart are kept."""
    with counting(job.source) as (progress, task):
        found = survey(job.source, job.text)
        progress.update(task, total=found.rows)
        label = label_column(job, found)
        comparison = Comparison((Figures(label), Figures(label)))
        for batch in answer(models[0].predict, read_entries(job.source, job.text)):
            again = _again(models[1], batch)
            first = comparison.figures[0].rows + 1
            for figures, answers in zip(comparison.figures, (batch, again), strict=True):
                figures.add(answers)
            changes = _count(comparison, batch, again, first)
            comparison.strongest = heapq.nlargest(most, [*comparison.strongest, *changes])
            progress.advance(task, len(batch))
    require_labels(job, comparison.figures[0])
    return comparison


def _again(classifier: Classifier, batch: Sequence[Answered]) -> list[Answered]:
    """The same rows with the answers of another model."""
    texts = [str(row.entry.text) for row in batch if row.prediction]
    given = iter(classifier.predict(texts))
    return [row._replace(prediction=next(given)) if row.prediction else row for row in batch]


def _count(comparison: Comparison, batch: Sequence[Answered], again: Sequence[Answered], first: int) -> list[Change]:
    """Add a batch up, whose first row has that number; returns its changes."""
    changes = []
    for row, (one, other) in enumerate(zip(batch, again, strict=True), first):
        if one.prediction and other.prediction:
            before, after = one.prediction.probability, other.prediction.probability
            comparison.distance += abs(before - after)
            if before != after:
                changes.append(Change(abs(before - after), row, str(one.entry.text), before, after))
            if one.prediction.sentiment != other.prediction.sentiment:
                comparison.changed += 1
                _judge(comparison, one, one.prediction)
    return changes


def _judge(comparison: Comparison, row: Answered, prediction: Prediction) -> None:
    """Where the two labels differ, one of them is right, if the row has one."""
    label = label_of(row.entry.fields.get(comparison.figures[0].label)) if comparison.figures[0].label else None
    if label is not None:
        comparison.first += prediction.sentiment == label
        comparison.second += prediction.sentiment != label


def compare_reports(versions: Sequence[Path], as_json: bool) -> None:
    """Print what the models' own reports say of them."""
    manifests = [read_manifest(version) for version in versions]
    if as_json:
        told = [{"version": each.version, "data": each.data, "metrics": each.metrics} for each in manifests]
        return click.echo(msgspec.json.encode({"models": told}))
    _name([manifest.version for manifest in manifests])
    groups = dict.fromkeys(group for manifest in manifests for group in manifest.metrics)
    _table(
        [
            (place, group, each.metrics[group]["n"], [each.metrics[group][name] for name in MEASURES])
            for group in groups
            for place, each in zip(PLACES, manifests, strict=True)
            if group in each.metrics
        ]
    )
    click.echo("Each on the test rows of its own training: --input FILE has both classify the same.")
    return None


def show_comparison(comparison: Comparison, models: Sequence[Classifier], as_json: bool) -> None:
    """Print what two models answer to the rows of a file."""
    if as_json:
        return click.echo(msgspec.json.encode(comparison.summary()))
    _name([model.version for model in models])
    scored = [(place, figures.scores()) for place, figures in zip(PLACES, comparison.figures, strict=True)]
    groups = dict.fromkeys(group for _, scores in scored for group in scores)
    lines = [(place, group, scores[group]) for group in groups for place, scores in scored]
    _table([(place, group, each.n, [getattr(each, measure) for measure in MEASURES]) for place, group, each in lines])
    click.echo(
        f"{comparison.changed:,} of {comparison.answered:,} rows get another label; "
        f"probabilities are {comparison.mean_distance:.4f} apart on average"
    )
    if comparison.figures[0].label:
        click.echo(
            f"of these the first is right in {comparison.first:,}, the second in {comparison.second:,}: "
            f"two equally good models would differ at least this much in {comparison.chance:.1%} of cases"
        )
    for change in comparison.strongest:
        line = f"row {change.row}: {change.before:.3f} and {change.after:.3f}  {one_line(change.text)}"
        click.echo(fitting(line))
    return None


def _name(versions: Sequence[str]) -> None:
    for place, version in zip(PLACES, versions, strict=True):
        click.echo(f"{place:6}  {version}")


def _table(lines: Sequence[tuple[str, str, int, Sequence[float | None]]]) -> None:
    """A line for each model and group of rows, for a terminal of 80 columns."""
    if not lines:
        return
    table = Table("model", "rows", "n", *MEASURES, box=None)
    for column in table.columns[2:]:
        column.justify = "right"
    for place, group, n, values in lines:
        table.add_row(place, group, f"{n:,}", *map(score_text, values))
    Console().print(table)
