"""Train the model: `spark-submit spark_jobs/train_model.py --input FILE --output models`, or `sentiment train`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import msgspec
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from sentiment.calibration import calibration
from sentiment.errors import SentimentError
from sentiment.textrule import TextRule, default_text_rule
from spark_jobs.account import describe, summary, write_rows
from spark_jobs.cleaning import clean_reviews
from spark_jobs.columns import GROUP, SPLIT, TEST, TRAIN, VALIDATION
from spark_jobs.evaluating import score
from spark_jobs.features import apply, bucket_stages, token_stages
from spark_jobs.fitting import Recipe, calibrate, fit
from spark_jobs.publishing import Candidate, Published, publish
from spark_jobs.reading import Columns, read_reviews
from spark_jobs.saved import load_linear
from spark_jobs.session import start_session
from spark_jobs.splitting import check_enough, split_reviews


@dataclass(frozen=True)
class Training:
    """What to train on and where to put the model."""

    inputs: Sequence[str]
    models: Path
    columns: Columns = Columns()
    recipe: Recipe = Recipe()
    precision: float = 0.97  # of the answers outside the band that a person should look at
    held_out: Path | None = None  # where to write the test rows, JSON lines


class Progress:
    """Says each step, and how long the run has taken, on standard error."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, message: str) -> None:
        click.echo(f"[{time.monotonic() - self._start:4.0f} s] {message}", err=True)


def train(spark: SparkSession, training: Training, say: Progress) -> Published:
    """Read, clean, split, fit, calibrate, write, prove and promote; DataError if the reviews don't suffice."""
    rule = default_text_rule()
    say(f"reading {', '.join(training.inputs)}")
    reviews, account = clean_reviews(read_reviews(spark, training.inputs, training.columns))
    say(str(account))
    check_enough(reviews)
    split = split_reviews(apply(token_stages(rule), reviews))
    parts = {side: _part(split.frame, side) for side in (TRAIN, VALIDATION, TEST)}
    data = describe(account, split, training.inputs)
    for warning in data["warnings"]:
        say(f"warning: {warning}")
    say("fitting on " + ", ".join(f"{rows:,} {side}" for side, rows in data["split"].items()) + " rows")
    candidate = _candidate(rule, parts, training)
    say(f"{len(candidate.linear.weights.buckets):,} coefficients kept; writing, and comparing with Spark")
    about = {"data": data, "training": training.recipe._asdict()}
    published = publish(candidate, (parts[TRAIN], parts[TEST]), about, training.models)
    if training.held_out:
        write_rows(published.scored, training.held_out)
    return published


def _part(frame: DataFrame, side: str) -> DataFrame:
    return frame.where(F.col(SPLIT) == side).drop(SPLIT, GROUP)


def _candidate(rule: TextRule, parts: dict[str, DataFrame], training: Training) -> Candidate:
    buckets = training.recipe.buckets
    stages = bucket_stages(rule, buckets)
    training.models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=training.models, prefix=".fitting-") as name:
        scratch = Path(name).absolute()
        linear = fit(apply(stages, parts[TRAIN]), training.recipe)
        fitted = load_linear(parts[TRAIN].sparkSession, (linear.weights, linear.intercept, buckets), scratch)
        known = score(apply(stages, parts[VALIDATION]), fitted)
    chosen = calibration(known.margin, known.label, training.precision)
    return Candidate(rule, buckets, calibrate(linear, chosen.slope, chosen.offset), chosen)


@click.command()
@click.option(
    "--input", "inputs", multiple=True, required=True, help="CSV, JSON lines or Parquet; a file, folder or URL."
)
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("models"), show_default=True, help="Folder of models."
)
@click.option("--text", help="Name of the text's column, where it is not found by itself.")
@click.option("--label", help="Name of the label's column.")
@click.option(
    "--buckets", type=click.Choice([str(1 << n) for n in range(18, 25)]), default=str(1 << 22), show_default=True
)
@click.option(
    "--precision",
    type=click.FloatRange(0.5, 1.0),
    default=0.97,
    show_default=True,
    help="Share of right labels that the answers without `needs_review` should reach.",
)
@click.option("--held-out", type=click.Path(path_type=Path), help="Also write the test rows there, as JSON lines.")
@click.option("--memory", default="4g", show_default=True, help="Spark's heap, where spark-submit has not set it.")
@click.option("--json", "as_json", is_flag=True, help="Print model.json's metrics and parity as one JSON object.")
def command(**options: Any) -> None:
    """Train a model in Spark, check it against the serving code and make it current."""
    training = Training(
        inputs=options["inputs"],
        models=options["output"],
        columns=Columns(options["text"], options["label"]),
        recipe=Recipe(buckets=int(options["buckets"])),
        precision=options["precision"],
        held_out=options["held_out"],
    )
    published = train(start_session("train_model", options["memory"]), training, Progress())
    if options["as_json"]:
        manifest = published.manifest
        chosen = {
            "version": manifest.version,
            "data": manifest.data,
            "metrics": manifest.metrics,
            "parity": manifest.parity,
        }
        click.echo(msgspec.json.encode(chosen))
    else:
        click.echo(summary(published))


if __name__ == "__main__":
    try:
        command()
    except SentimentError as error:
        click.echo(f"train_model: {error}", err=True)
        sys.exit(error.exit_code)
