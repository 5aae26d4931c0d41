"""Classify files of any size: `spark-submit spark_jobs/score.py --input FILE --output FOLDER`, or `sentiment score`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from sentiment import Classifier
from sentiment.columns import answer_columns, free_name
from sentiment.errors import DataError, SentimentError
from sentiment.wording import in_short
from spark_jobs.files import BROKEN, UNDECODED, explained, is_whole, tables
from spark_jobs.progress import Progress
from spark_jobs.reading import quoted, text_column
from spark_jobs.scoring import score
from spark_jobs.session import job, start_session

FORMATS: dict[str, dict[str, Any]] = {
    "parquet": {},
    "json": {"ignoreNullFields": False},
    "csv": {"header": True, "escape": '"', "ignoreLeadingWhiteSpace": False, "ignoreTrailingWhiteSpace": False},
}


class Scoring(NamedTuple):
    """What to classify, where to write it and in which of FORMATS."""

    inputs: Sequence[str]
    output: str
    text: str | None = None  # the name of the texts' column; None is found by name
    format: str = "parquet"


class Counts(msgspec.Struct, frozen=True):
    """Rows written, by their answers; `bad_rows` have none. `undecoded` texts hold U+FFFD."""

    rows: int
    positive: int
    negative: int
    needs_review: int
    undecoded: int = 0

    @property
    def bad_rows(self) -> int:
        return self.rows - self.positive - self.negative


def score_files(spark: SparkSession, scoring: Scoring, classifier: Classifier) -> Counts:
    """Write all rows of the inputs, a column that one of them lacks filled with nulls, and their answers.

    Raises DataError where an input can't be read or has no column of texts, or where the output is there already.
    """
    frame, text = _together([(entry, frame) for entry in scoring.inputs for frame in tables(spark, entry)], scoring)
    names = answer_columns(frame.columns)
    seen = Observation("answers")
    is_positive = F.col(names["label"]) == "positive"
    counted = (
        score(frame, F.col(text), classifier)
        .observe(
            seen,
            F.count_if(F.contains(text, F.lit(UNDECODED))).alias("undecoded"),
            F.count("*").alias("rows"),
            F.count_if(is_positive).alias("positive"),
            F.count_if(~is_positive).alias("negative"),
            F.count_if(names["needs_review"]).alias("needs_review"),
        )
        .drop(text)
    )
    with explained(f"{', '.join(scoring.inputs)} can't be classified into {scoring.output}"):
        try:
            counted.write.format(scoring.format).options(**FORMATS[scoring.format]).save(scoring.output)
        except AnalysisException as error:
            if error.getCondition() != "PATH_ALREADY_EXISTS":
                raise
            raise DataError(f"{scoring.output} is there already: name another --output, or remove it") from error
    return Counts(**seen.get)


def _together(frames: Sequence[tuple[str, DataFrame]], scoring: Scoring) -> tuple[DataFrame, str]:
    """One frame of all, and the name of one more column: the texts, whatever they are called in each."""
    name = free_name("text", [column for _, frame in frames for column in frame.columns])
    with_text = [_with_texts(frame, name, scoring.text, entry) for entry, frame in _alike(frames)]
    with explained(f"{', '.join(scoring.inputs)} don't go together"):
        return reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), with_text), name


def _alike(frames: Sequence[tuple[str, DataFrame]]) -> list[tuple[str, DataFrame]]:
    """The same frames; columns that are not of one type in all are strings, as they stand: Spark would make 007 a 7."""
    kinds: dict[str, set[str]] = {}
    for _, frame in frames:
        for field in frame.schema:
            kinds.setdefault(field.name.lower(), set()).add(field.dataType.simpleString())
    mixed = {name for name, found in kinds.items() if len(found) > 1}

    def as_strings(frame: DataFrame) -> DataFrame:
        names = [name for name in frame.columns if name.lower() in mixed]
        return frame.withColumns({name: F.col(quoted(name)).cast("string") for name in names})

    return [(entry, as_strings(frame)) for entry, frame in frames]


def _with_texts(frame: DataFrame, name: str, wanted: str | None, entry: str) -> DataFrame:
    """Add a column of the texts. A row that could not be taken apart has none there, and stands whole in its own."""
    column = text_column(frame, wanted, entry)
    added = frame.withColumn(name, F.when(is_whole(frame), F.col(column).cast("string")))
    if BROKEN not in frame.columns:
        return added
    return added.withColumns({frame.select(column).columns[0]: F.coalesce(F.col(BROKEN), F.col(column))}).drop(BROKEN)


@click.command()
@click.option("--input", "inputs", multiple=True, required=True, help="CSV, JSON lines or Parquet: file, folder, URL.")
@click.option("--output", required=True, help="Folder or URL to write to; it must not be there yet.")
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    default=Path("models"),
    envvar="SENTIMENT_MODEL",
    show_default=True,
    show_envvar=True,
    help="Folder of model versions, or one version's folder. Only the driver needs it.",
)
@click.option("--text", metavar="COLUMN", help="Column with the text, if its name is an unusual one.")
@click.option(
    "--format", type=click.Choice(list(FORMATS)), default="parquet", show_default=True, help="Format of the output."
)
@click.option("--memory", default="2g", show_default=True, help="Spark's heap; spark-submit has a flag of its own.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
def command(model: Path, memory: str, as_json: bool, **options: Any) -> None:
    """Classify the texts of files of any size in Spark, on one machine or many, by the classifier that serves.

    All rows are written, with label, probability, confidence, needs_review and model_version beside them; where the
    input itself has such a column, the new one is called predicted_label, and so on. Rows that can't be classified keep
    their columns, without an answer; then the exit code is 1.
    """
    classifier, say = Classifier.load(model), Progress()
    scoring = Scoring(**options)
    say(f"classifying {', '.join(scoring.inputs)} by model {classifier.version}")
    with job(start_session("score", memory)) as spark:
        counts = score_files(spark, scoring, classifier)
    say(f"written to {scoring.output}")
    if counts.undecoded:
        say(f"warning: {counts.undecoded:,} texts hold U+FFFD: if the input is not UTF-8, they were misread")
    if as_json:
        click.echo(msgspec.json.encode(msgspec.structs.asdict(counts) | {"bad_rows": counts.bad_rows}))
    else:
        click.echo(in_short(counts.positive, counts.negative, counts.needs_review, counts.bad_rows))
    sys.exit(1 if counts.bad_rows else 0)


if __name__ == "__main__":
    try:
        command()
    except SentimentError as error:
        click.echo(f"score: {error}", err=True)
        sys.exit(error.exit_code)
