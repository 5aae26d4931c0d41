"""`sentiment predict` and `sentiment explain`: the model's answer to a text, on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from sentiment import Classifier
from sentiment.results import result

_TEXTS = click.argument("texts", nargs=-1)
_MODEL = click.option(
    "--model",
    type=click.Path(path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Folder of models, or one version.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.command()
@_TEXTS
@_MODEL
@_JSON
def predict(texts: tuple[str, ...], model: Path, as_json: bool) -> None:
    """Classify TEXTS, or the lines of standard input where none is given."""
    classifier = Classifier.load(model)
    for text in texts or _lines():
        answer = classifier.predict([text])[0]
        if as_json:
            click.echo(msgspec.json.encode(result(answer, classifier.version, {"text": text})))
        else:
            doubt = "  needs review" if answer.needs_review else ""
            click.echo(f"{answer.label} {answer.confidence:.1%}{doubt}  {text[:100]}")


@click.command()
@_TEXTS
@_MODEL
@_JSON
@click.option("--most", type=click.IntRange(min=1), default=10, show_default=True, help="How many terms.")
def explain(texts: tuple[str, ...], model: Path, as_json: bool, most: int) -> None:
    """Show which terms of TEXTS (or of the lines of standard input) speak for positive and which against."""
    classifier = Classifier.load(model)
    for text in texts or _lines():
        explanation = classifier.explain(text)
        if as_json:
            click.echo(msgspec.json.encode(explanation._asdict()))
            continue
        click.echo(f"margin {explanation.margin:+.3f} = intercept {explanation.intercept:+.3f} and")
        for term in explanation.strongest(most):
            shared = "" if term.text in term.learned_as else f"   (bucket learned as {', '.join(term.learned_as[:3])})"
            click.echo(f"  {term.weight:+8.3f}  {term.text}{shared}")


def _lines() -> list[str]:
    return [line.rstrip("\n") for line in sys.stdin]
