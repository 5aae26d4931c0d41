"""`sentiment consume`: print the results that arrive on Kafka."""

from __future__ import annotations

import itertools
from contextlib import closing, suppress
from typing import Any

import click
import msgspec

from cli import broker_options
from cli.terminal import fitting, one_line, plain
from sentiment.errors import UNDECODABLE
from streaming.brokers.seam import Record
from streaming.messages import position
from streaming.reading import follow
from streaming.topics import require_topics


class Review(msgspec.Struct, frozen=True):
    """What is shown of a review: whatever else its sender put there may be of any kind."""

    text: str = ""


class Shown(msgspec.Struct):
    """The fields of a result that one line shows."""

    label: str
    confidence: float
    review: Review
    needs_review: bool = False


@click.command()
@broker_options.bootstrap_servers
@broker_options.client
@broker_options.topic("results")
@click.option("--from-beginning", is_flag=True, help="Start with the oldest result, not with the next.")
@click.option("--max", "most", type=click.IntRange(min=1), help="Stop after this many results.")
@click.option("--idle", type=click.FloatRange(min=0), metavar="SECONDS", help="Stop after this long without a result.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as they are, one a line.")
def consume(
    bootstrap_servers: str | None, results_topic: str, from_beginning: bool, most: int | None, **flags: Any
) -> None:
    """Print the results that arrive on Kafka: label, confidence (`?` where it needs review) and text."""
    cluster = broker_options.cluster(flags["client"], broker_options.connection(bootstrap_servers))
    require_topics(cluster, (results_topic,))
    records = follow(cluster, [results_topic], from_beginning=from_beginning, idle_seconds=flags["idle"])
    write = _write_raw if flags["as_json"] else _write_line
    with closing(records), suppress(KeyboardInterrupt):
        for record in itertools.islice(records, most):
            write(record)


def _write_raw(record: Record) -> None:
    click.echo(record.value or b"")


def _write_line(record: Record) -> None:
    """A result in one line of the terminal's width, or word of what is no result."""
    try:
        result = msgspec.json.decode(record.value or b"", type=Shown)
    except UNDECODABLE:
        click.echo(f"{position(record)} is not a result", err=True)
        return
    doubt = "?" if result.needs_review else " "
    click.echo(fitting(f"{plain(result.label):8}  {result.confidence:6.1%}{doubt} {one_line(result.review.text)}"))
