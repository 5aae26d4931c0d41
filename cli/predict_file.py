"""`sentiment predict --input`: a whole file classified, written and summed up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from cli.figures import Figures, score_text
from cli.files import Survey, read_entries, survey
from cli.scoring import answer, layout_of, rows_of
from cli.terminal import one_line
from cli.writing import writing
from sentiment import Classifier
from sentiment.columns import (
    LABEL_COLUMNS,
    LONGEST_NAMED,
    MOST_NAMED,
    NEGATIVE,
    POSITIVE,
    find_column,
    refuse_scale,
)
from sentiment.errors import DataError, SettingError
from sentiment.wording import counted, in_short

SHOWN = ("accuracy", "precision", "recall", "f1", "roc_auc", "brier", "ece")


class Job(NamedTuple):
    """The file to classify, its columns of texts and of true labels, and where the answers go, if anywhere."""

    source: str
    output: Path | None = None
    text: str | None = None
    label: str | None = None


@contextmanager
def counting(source: str) -> Iterator[tuple[Progress, TaskID]]:
    """A progress bar on a terminal, and its one task, which is the file."""
    bar = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    with Progress(*bar, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield progress, progress.add_task(source, total=None)


def predict_file(classifier: Classifier, job: Job) -> Figures:
    """Classify a file's rows in batches, with a progress bar on a terminal; DataError if it holds no usable label.

    The file is read twice, first for its columns and its length.
    """
    _require_two_files(job)
    with counting(job.source) as (progress, task):
        found = survey(job.source, job.text)
        progress.update(task, total=found.rows)
        layout, figures = layout_of(found), Figures(label_column(job, found))
        with writing(job.output, layout) if job.output else nullcontext(lambda _: None) as write:
            for batch in answer(classifier.predict, read_entries(job.source, job.text)):
                write(rows_of(batch, layout, classifier.version))
                figures.add(batch)
                progress.advance(task, len(batch))
    require_labels(job, figures)
    return figures


def _require_two_files(job: Job) -> None:
    """SettingError where the output would take the input's place, by whatever names they go."""
    with suppress(OSError):  # what is not there is nobody's input, or is told when it is read
        if job.output and job.output.samefile(job.source):
            raise SettingError(f"{job.output} is the input itself: name another file by --output")


def require_labels(job: Job, figures: Figures) -> None:
    """DataError where labels were asked for and no classified row has one, or they are a scale."""
    refuse_scale(figures.spelt, f"{job.source}, column {figures.label}")
    if figures.label and not figures.pairs:
        found = ", ".join(one_line(label)[:LONGEST_NAMED] for label, _ in figures.spelt.most_common(MOST_NAMED))
        raise DataError(
            f"{job.source}: no classified row has a known label in {figures.label}: "
            f"expected one of {', '.join(POSITIVE)} or {', '.join(NEGATIVE)}, found {found or 'none'}"
        )


def show(figures: Figures, as_json: bool) -> None:
    """Bad rows on standard error; the figures on standard output."""
    for line in figures.first_bad:
        click.echo(line, err=True)
    if more := figures.bad_rows - len(figures.first_bad):
        click.echo(f"and {counted(more, 'more row')} that can't be classified", err=True)
    if as_json:
        return click.echo(msgspec.json.encode(figures.summary()))
    negative = figures.rows - figures.bad_rows - figures.positive
    click.echo(in_short(figures.positive, negative, figures.needs_review, figures.bad_rows))
    if figures.label:
        _show_scores(figures)
    return None


def _show_scores(figures: Figures) -> None:
    if figures.unlabelled:
        click.echo(f"left out of these figures: {counted(figures.unlabelled, 'row')} without a known label")
    table = Table("rows", "n", *SHOWN, box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, scores in figures.scores().items():
        table.add_row(name, f"{scores.n:,}", *(score_text(getattr(scores, each)) for each in SHOWN))
    Console().print(table)


def label_column(job: Job, found: Survey) -> str | None:
    """The file's own name of the column with the labels; DataError if it has no such column."""
    if job.label is None:
        return None
    if name := find_column(found.columns, LABEL_COLUMNS, job.label):
        return name
    raise DataError(f"{job.source}: there is no column {job.label}; there are {', '.join(found.columns)}")
