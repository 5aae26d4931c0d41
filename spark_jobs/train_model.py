"""Train the model: `spark-submit spark_jobs/train_model.py --input FILE --output models`, or `sentiment train`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import click
import msgspec
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from sentiment import versions
from sentiment.errors import DataError, ModelError, SentimentError
from sentiment.folder import read_manifest
from sentiment.textrule import TextRule, default_text_rule
from spark_jobs.account import describe, extras, one_sided, summary, write_rows
from spark_jobs.calibrating import calibrate, fit_calibration, out_of_fold
from spark_jobs.cleaning import clean_reviews
from spark_jobs.columns import FEATURES, FILM, FOLD, GROUP, LABEL, LANGUAGE, ROW, SPLIT, TEST, TEXT, TRAIN, WEIGHT
from spark_jobs.features import apply, bucket_stages, token_stages
from spark_jobs.fitting import Recipe, fit, prepare
from spark_jobs.frequencies import count
from spark_jobs.labels import unknown_labels
from spark_jobs.languages import languages_of, told_apart
from spark_jobs.learning import learning_curve
from spark_jobs.places import require_file, require_models
from spark_jobs.progress import Progress
from spark_jobs.publishing import About, Candidate, Published, publish
from spark_jobs.reading import Columns, read_reviews
from spark_jobs.searching import cross_validate
from spark_jobs.session import job, start_session
from spark_jobs.splitting import Split, check_enough, split_off, split_reviews
from spark_jobs.weighing import EQUAL, Prior, weighed_for, with_weights


@dataclass(frozen=True)
class Training:
    """What to train on and where to put the model."""

    inputs: Sequence[str]
    models: Path
    tests: Sequence[str] = ()  # what to test on; without it a tenth of the inputs' groups is held out
    columns: Columns = Columns()
    recipe: Recipe = Recipe()
    prior: Prior = EQUAL
    precision: float = 0.97  # of the answers outside the band that a person should look at
    held_out: Path | None = None  # where to write the test rows, JSON lines
    learning_curve: bool = False


def train(spark: SparkSession, training: Training, say: Progress) -> Published:
    """Read, clean, split, search, fit, calibrate, write, prove and promote; DataError if the reviews don't suffice.

    SettingError, before anything is read, where there is no place for the model or the test rows.
    """
    require_models(training.models)
    if training.held_out:
        require_file(training.held_out, "test rows")
    rule, recipe = default_text_rule(), training.recipe
    say(f"reading {', '.join(training.inputs)}")
    reviews, account = clean_reviews(read_reviews(spark, training.inputs, training.columns))
    say(str(account))
    unknown = unknown_labels(spark, training.inputs, training.columns, account)
    _warn(say, unknown)
    check_enough(reviews)
    _require_films(reviews, training.columns.film, "review")
    split = _split(spark, training, apply(token_stages(rule), reviews), say)
    data = describe(account, split, training.inputs, training.tests)
    if training.prior == EQUAL:
        data["warnings"] += one_sided(split)
    _warn(say, data["warnings"])
    data["warnings"] += unknown
    say("splitting: " + ", ".join(f"{rows:,} rows to {side}" for side, rows in data["split"].items()))
    known, test = (_features(rule, recipe, split, side) for side in (TRAIN, TEST))
    told = told_apart(known)
    counts = count(known, recipe.least_frequency, tuple(told))
    search = cross_validate(known, counts, recipe, say)
    linear = fit(prepare(known, counts.classes(), recipe), recipe, search.penalty)
    curve = learning_curve((known, test), recipe, (linear, search.penalty), say) if training.learning_curve else []
    languages = languages_of(told, counts)
    unseen = out_of_fold(weighed_for(training.prior, known), search.models, languages)
    chosen = fit_calibration(unseen, languages, training.precision)
    candidate = Candidate(rule, recipe.buckets, calibrate(linear, chosen, languages), chosen)
    say(f"{len(candidate.linear.weights.buckets):,} coefficients; writing, and comparing with Spark")
    settings = recipe._asdict() | {"penalty": search.penalty, "prior": training.prior}
    about = About(settings, data, extras(search, curve, known))
    published = publish(candidate, (known, test), about, training.models)
    if training.held_out:
        write_rows(published.scored, training.held_out)
    return published


def _split(spark: SparkSession, training: Training, tokenised: DataFrame, say: Progress) -> Split:
    if not training.tests:
        return split_reviews(tokenised)
    test, account = clean_reviews(read_reviews(spark, training.tests, training.columns))
    say(f"to test on: {account}")
    _warn(say, unknown_labels(spark, training.tests, training.columns, account))
    if not account.kept:
        raise DataError(f"{', '.join(training.tests)}: no row is left to test on ({account})")
    _require_films(test, training.columns.film, "row to test on")
    return split_off(tokenised, apply(token_stages(default_text_rule()), test))


def _require_films(rows: DataFrame, column: str | None, what: str) -> None:
    if column and rows.where(F.col(FILM).isNotNull()).isEmpty():
        raise DataError(f"no {what} has a film in a column {column}: --film must name the column")


def _warn(say: Progress, warnings: Sequence[str]) -> None:
    for warning in warnings:
        say(f"warning: {warning}")


def _features(rule: TextRule, recipe: Recipe, split: Split, side: str) -> DataFrame:
    rows = with_weights(split.frame.where(F.col(SPLIT) == side))
    columns = TEXT, LABEL, LANGUAGE, GROUP, FOLD, ROW, WEIGHT, FEATURES
    return apply(bucket_stages(rule, recipe.buckets), rows).select(*columns).cache()


@click.command()
@click.option(
    "--input",
    "inputs",
    multiple=True,
    required=True,
    help="CSV, JSON lines or Parquet: file, folder or URL; may be repeated.",
)
@click.option("--test", "tests", multiple=True, help="Rows to test on; without it a tenth of the input is held out.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("models"), show_default=True, help="Folder of models."
)
@click.option("--text", help="Column with the text, if its name is an unusual one.")
@click.option("--label", help="Column with the label, if its name is an unusual one.")
@click.option("--film", help="A column that names the film: one film's reviews stay on one side of every split.")
@click.option(
    "--recipe",
    type=click.Choice(["naive-bayes", "simple"]),
    default="naive-bayes",
    show_default=True,
    help="`simple` is the usual Spark pipeline, for comparison.",
)
@click.option(
    "--buckets",
    type=click.Choice([str(1 << n) for n in range(18, 25)]),
    default=str(Recipe().buckets),
    show_default=True,
    help="Buckets that terms are hashed to.",
)
@click.option(
    "--penalty",
    "penalties",
    type=click.FloatRange(min=0, min_open=True),
    multiple=True,
    default=Recipe().penalties,
    show_default=True,
    help="Inverse strength of the penalty (C): the larger, the weaker. Of several, cross-validation chooses.",
)
@click.option(
    "--prior",
    type=click.Choice(get_args(Prior)),
    default=EQUAL,
    show_default=True,
    help="The share of positive reviews that confidence assumes: half, or that of the input.",
)
@click.option(
    "--precision",
    type=click.FloatRange(0.5, 1.0),
    default=0.97,
    show_default=True,
    help="Share of right labels that the answers without `needs_review` should reach.",
)
@click.option("--held-out", type=click.Path(path_type=Path), help="Also write the test rows there, as JSON lines.")
@click.option("--if-missing", is_flag=True, help="Do nothing where a model is in use already.")
@click.option("--learning-curve", is_flag=True, help="Also fit on parts of the rows, for the report.")
@click.option("--memory", default="2g", show_default=True, help="Spark's heap; spark-submit has a flag of its own.")
@click.option("--json", "as_json", is_flag=True, help="Print model.json's metrics and parity as one JSON object.")
def command(**options: Any) -> None:
    """Train a model in Spark, check it against the serving code and make it current."""
    if options["if_missing"] and (used := _in_use(options["output"])):
        click.echo(f"{used} is in use: nothing to train")
    else:
        _train(options)


def _in_use(models: Path) -> str | None:
    """The version in use, if there is one that this program can read."""
    try:
        return read_manifest(versions.resolve(models)).version
    except ModelError:
        return None


def _train(options: dict[str, Any]) -> None:
    training = Training(
        inputs=options["inputs"],
        models=options["output"],
        tests=options["tests"],
        columns=Columns(options["text"], options["label"], options["film"]),
        recipe=_recipe(options),
        prior=options["prior"],
        precision=options["precision"],
        held_out=options["held_out"],
        learning_curve=options["learning_curve"],
    )
    with job(start_session("train_model", options["memory"])) as spark:
        published = train(spark, training, Progress())
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


def _recipe(options: dict[str, Any]) -> Recipe:
    penalties = options["penalties"] if options["recipe"] == "naive-bayes" else (1.0,)  # the simple one has none
    return Recipe(kind=options["recipe"], buckets=int(options["buckets"]), penalties=tuple(penalties))


if __name__ == "__main__":
    try:
        command()
    except SentimentError as error:
        click.echo(f"train_model: {error}", err=True)
        sys.exit(error.exit_code)
