"""Look at data before training: `spark-submit spark_jobs/explore.py --input FILE`, or `sentiment explore FILE`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from sentiment.errors import SentimentError
from spark_jobs.exploring.as_html import as_html
from spark_jobs.exploring.as_text import as_text
from spark_jobs.exploring.look import Look, look_at
from spark_jobs.exploring.sections import sections
from spark_jobs.exploring.weak_spots import verdict, weak_spots
from spark_jobs.places import require_file
from spark_jobs.progress import Progress
from spark_jobs.reading import Columns
from spark_jobs.session import job, start_session


@click.command()
@click.argument("files", nargs=-1)
@click.option(
    "--input", "inputs", multiple=True, help="The same as FILES: CSV, JSON lines or Parquet; file, folder or URL."
)
@click.option("--text", help="Column with the text, if its name is an unusual one.")
@click.option("--label", help="Column with the label, if its name is an unusual one.")
@click.option("--split", help="Column that names each row's side (train, test ...): look for leaks between them.")
@click.option("--against", help="A second data set, such as the test rows: look for leaks between it and FILES.")
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Also write the report there, as one page."
)
@click.option("--memory", default="4g", show_default=True, help="Spark's heap; spark-submit has a flag of its own.")
@click.option("--json", "as_json", is_flag=True, help="Print all that is found as one JSON object.")
def command(files: tuple[str, ...], inputs: tuple[str, ...], **options: Any) -> None:
    """Look at labelled reviews in FILES before training on them: what is there, what is wrong, what a score means."""
    if not files + inputs:
        raise click.UsageError("name at least one file to look at")
    if options["html"]:
        require_file(options["html"], "page")
    columns = Columns(options["text"], options["label"])
    look = Look(files + inputs, columns, options["split"], options["against"])
    with job(start_session("explore", options["memory"])) as spark:
        found = look_at(spark, look, Progress())
    shown = sections(found)
    if options["html"]:
        options["html"].parent.mkdir(parents=True, exist_ok=True)
        options["html"].write_text(as_html(shown, found.inputs), "utf-8")
    if options["as_json"]:
        said = {"verdict": verdict(found), "weak_spots": weak_spots(found)}
        click.echo(msgspec.json.encode(said | msgspec.structs.asdict(found)))
    else:
        click.echo(as_text(shown))


if __name__ == "__main__":
    try:
        command()
    except SentimentError as error:
        click.echo(f"explore: {error}", err=True)
        sys.exit(error.exit_code)
