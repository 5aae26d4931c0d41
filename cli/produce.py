"""`sentiment produce`: send a file's reviews to Kafka."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cli import broker_options
from cli.files import read_rows
from cli.formats import Row
from sentiment.errors import DataError
from sentiment.wording import counted
from streaming.producing import paced, send_reviews
from streaming.settings import Limits, Topics, refuse
from streaming.topics import create_topics, require_topics


@click.command()
@click.argument("source", metavar="FILE")
@broker_options.bootstrap_servers
@broker_options.client
@broker_options.topic("reviews")
@broker_options.create_topics
@broker_options.result_bytes
@click.option(
    "--text", "--column", "column", metavar="COLUMN", help="The column with the text, if its name is an unusual one."
)
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Most reviews a second.")
def produce(source: str, column: str | None, rate: float | None, **flags: Any) -> None:
    """Send the reviews of FILE to Kafka: CSV, JSON lines or lines (all also .gz), or Parquet; `-` is standard input.

    The text is found in a column such as text, review or critiques; the other columns travel along as the
    review's own fields.
    """
    topics = Topics(
        reviews=flags["reviews_topic"],
        partitions=flags["partitions"],
        replication_factor=flags["replication_factor"],
    )
    refuse(topics.problems())
    limits = Limits(result_bytes=flags["result_bytes"])
    cluster = broker_options.cluster(flags["client"], broker_options.connection(flags["bootstrap_servers"]), limits)
    if source != "-":
        for _ in read_rows(source, column):  # a row that can't be read is told before anything is sent
            pass
    if flags["create_topics"]:
        create_topics(cluster, topics, limits)
    require_topics(cluster, (topics.reviews,))
    columns = SpinnerColumn(), TextColumn("{task.completed:,.0f} reviews"), TimeElapsedColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        rows = _Readable(read_rows(source, column))
        shown = progress.track(paced(rows, rate) if rate else rows, total=None)
        sent = send_reviews(cluster, topics.reviews, shown)
    click.echo(f"{counted(sent, 'review')} sent to {topics.reviews}")
    if rows.problem:
        raise DataError(f"{rows.problem}; nothing from there on was sent") from rows.problem


class _Readable:
    """The rows before the first that can't be read, and what is wrong with that one: those before it are sent whole."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self.problem: DataError | None = None

    def __iter__(self) -> Iterator[Row]:
        try:
            yield from self._rows
        except DataError as error:
            self.problem = error
