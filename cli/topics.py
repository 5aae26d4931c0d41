"""`sentiment topics`: create the stream's topics, once for all who use them."""

from __future__ import annotations

from typing import Any

import click

from cli import broker_options
from streaming.settings import Limits, Topics, refuse
from streaming.topics import create_topics


@click.command()
@broker_options.bootstrap_servers
@broker_options.client
@broker_options.topic("reviews")
@broker_options.topic("results")
@broker_options.topic("dead_letters")
@broker_options.topic("feedback")
@broker_options.new_topics
@broker_options.result_bytes
def topics(bootstrap_servers: str | None, client: str, result_bytes: int, **flags: Any) -> None:
    """Create the topics that are missing; those that are there stay as they are."""
    wanted = Topics(**{name.removesuffix("_topic"): value for name, value in flags.items()})
    refuse(wanted.problems())
    cluster = broker_options.cluster(client, broker_options.connection(bootstrap_servers))
    created = create_topics(cluster, wanted, Limits(result_bytes=result_bytes))
    click.echo(f"topics created: {', '.join(created) or 'none, all were there'}")
