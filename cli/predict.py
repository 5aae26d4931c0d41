"""`sentiment predict` and `sentiment explain`: the model's answer to a text or a file, on the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from cli import model_option
from cli.formats import standard_input
from cli.predict_file import Job, predict_file, show
from cli.terminal import one_line, plain
from sentiment import Classifier, Prediction
from sentiment.errors import DataError
from sentiment.explanation import Explanation, explained
from sentiment.results import result
from sentiment.reviews import MOST_CHARACTERS, problem_of

_TEXTS = click.argument("texts", nargs=-1)


@click.command()
@_TEXTS
@model_option.model
@click.option(
    "--input", "source", metavar="FILE", help="Classify a file's rows: CSV, TSV, JSON lines (all also .gz) or Parquet."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the file's rows with their answers; the extension sets the format.",
)
@click.option("--text", metavar="COLUMN", help="The file's column with the text, if its name is an unusual one.")
@click.option(
    "--label", metavar="COLUMN", help="The file's column with the true labels: print accuracy and other scores."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; of a file, one for all of it.")
def predict(texts: tuple[str, ...], model: Path, source: str | None, as_json: bool, **of_file: Any) -> None:
    """Classify TEXTS, the rows of a file, or the lines of standard input where neither is given.

    A file's rows are written to the output as they are, with label, probability, confidence, needs_review and
    model_version beside them; where the file itself has such a column, the new one is called predicted_label, and so
    on. Rows that can't be classified keep their place without an answer; then the exit code is 1.
    """
    if source is None:
        if stray := [f"--{name}" for name, value in of_file.items() if value]:
            raise click.UsageError(f"{stray[0]} goes with --input FILE")
        for name in filter(os.path.isfile, texts):
            click.echo(
                f"{plain(name)} is classified as a text; for the rows of the file: --input {plain(name)}", err=True
            )
        sys.exit(0 if _predict_texts(Classifier.load(model), texts, as_json) else 1)
    elif texts:
        raise click.UsageError("give TEXTS or --input FILE, not both")
    else:
        figures = predict_file(Classifier.load(model), Job(source, **of_file))
        show(figures, as_json)
        sys.exit(1 if figures.bad_rows else 0)


@click.command()
@_TEXTS
@model_option.model
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option(
    "--most", type=click.IntRange(min=1), default=10, show_default=True, help="Terms to show; --json has all."
)
def explain(texts: tuple[str, ...], model: Path, as_json: bool, most: int) -> None:
    """Show the answers to TEXTS (or to the lines of standard input), and the terms that speak for and against positive.

    Weights above zero speak for positive. With --json, each answer is that of `POST /explain`.
    """
    classifier = Classifier.load(model)
    given = _Texts(texts)
    for text in given:
        answers, explanation = classifier.predict([text]), classifier.explain(text)
        if as_json:
            answer = result(answers[0], classifier.version, {"text": text})
            click.echo(msgspec.json.encode(explained(answer, explanation, answers.unseen[0])))
        else:
            click.echo(_line(answers[0], text))
            _show_terms(explanation, most)
    sys.exit(1 if given.bad else 0)


def _show_terms(explanation: Explanation, most: int) -> None:
    """What the margin is made of: the `most` heaviest terms, and the sum of the others."""
    terms = explanation.strongest(len(explanation.terms))
    made_of = "and" if terms else "(no known term)"
    click.echo(f"margin {explanation.margin:+.3f} = intercept {explanation.intercept:+.3f} {made_of}")
    for term in terms[:most]:
        shared = "" if term.text in term.learned_as else f"   (bucket learned as {', '.join(term.learned_as[:3])})"
        click.echo(plain(f"  {term.weight:+8.3f}  {term.text}{shared}"))
    if rest := terms[most:]:
        click.echo(f"  {sum(term.weight for term in rest):+8.3f}  all others ({len(rest):,})")


class _Texts:
    """The texts given, or the lines of standard input; what can't be classified is named on standard error, and bad."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._name, self._texts = ("text", _arguments(texts)) if texts else ("line", _lines())
        self.bad = 0

    def __iter__(self) -> Iterator[str]:
        for number, given in enumerate(self._texts, 1):
            text = given.rstrip("\r\n")
            if problem := problem_of(text, MOST_CHARACTERS):
                self.bad += 1
                click.echo(f"{self._name} {number} {problem.detail}", err=True)
            else:
                yield text


def _lines() -> Iterator[str]:
    """Those of standard input. What looks like JSON is a text like any other, but whoever sends it may not know."""
    if sys.stdin.isatty():
        click.echo("reading lines from the terminal; Ctrl-D ends", err=True)
    for number, line in enumerate(standard_input(), 1):
        if number == 1 and line.startswith('{"'):
            click.echo("lines of JSON are classified as texts; as rows: --input NAME.jsonl", err=True)
        yield line


def _arguments(texts: Sequence[str]) -> Iterator[str]:
    """The texts; DataError at one whose bytes are not UTF-8, which Python hands on as lone surrogates."""
    for number, text in enumerate(texts, 1):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise DataError(f"text {number} is not UTF-8: {error}") from error
        yield text


def _predict_texts(classifier: Classifier, texts: Sequence[str], as_json: bool) -> bool:
    """Whether all could be classified."""
    given = _Texts(texts)
    for text in given:
        answer = classifier.predict([text])[0]
        if as_json:
            click.echo(msgspec.json.encode(result(answer, classifier.version, {"text": text})))
        else:
            click.echo(_line(answer, text))
    return not given.bad


def _line(answer: Prediction, text: str) -> str:
    """An answer and the beginning of its text."""
    doubt = "  needs review" if answer.needs_review else ""
    return f"{answer.label} {answer.confidence:.1%}{doubt}  {one_line(text)[:100]}"
