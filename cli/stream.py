"""`sentiment stream`: classify the reviews that arrive on Kafka, exactly once, until told to stop."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import click

from cli import broker_options, model_option
from cli.address import PORT
from streaming import worker
from streaming.settings import Limits, StreamSettings, Topics
from streaming.topics import create_topics, require_configs, require_topics

OWN = ("group", "instance", "client", "workers", "metrics_host", "metrics_port", "explain")  # flags that are fields


@click.command()
@model_option.model
@broker_options.bootstrap_servers
@broker_options.client
@broker_options.group("Consumer group to work in.")
@click.option(
    "--instance",
    default=socket.gethostname,
    show_default="host name",
    help="This worker's own name in the group, the same after a restart. Two workers on a host need two names.",
)
@click.option(
    "--workers", default=StreamSettings.workers, show_default=True, help="Processes, each a member of the group."
)
@broker_options.topic("reviews")
@broker_options.topic("results")
@broker_options.topic("dead_letters")
@broker_options.create_topics
@click.option("--batch-records", default=Limits.batch_records, show_default=True, help="Most records in a transaction.")
@click.option("--batch-bytes", default=Limits.batch_bytes, show_default=True, help="Most bytes fetched at once.")
@click.option("--text-characters", default=Limits.text_characters, show_default=True, help="Longest text accepted.")
@broker_options.result_bytes
@click.option(
    "--metrics-port",
    type=PORT,
    envvar="SENTIMENT_METRICS_PORT",
    show_envvar=True,
    help="Serve /metrics, /health/live and /health/ready here; 0: any free port. [default: none]",
)
@click.option(
    "--metrics-host",
    default=StreamSettings.metrics_host,
    envvar="SENTIMENT_METRICS_HOST",
    show_default=True,
    show_envvar=True,
    help="Address of that endpoint.",
)
@click.option("--explain", is_flag=True, help="Add the strongest terms to each result.")
def stream(model: Path, **flags: Any) -> None:
    """Classify the reviews that arrive on Kafka, exactly once.

    Ends with 0 on SIGTERM or SIGINT after the transaction at hand, and with 1 when one can't be committed: start it
    again then. While there is nothing to commit, a broker that is away is waited for. With --workers above 1, workers
    that end are started again, up to a limit.
    """
    worker.say_what_happens()
    settings = _settings(flags)
    cluster = broker_options.cluster(settings.client, settings.connection, settings.limits)
    if flags["create_topics"]:
        create_topics(cluster, settings.topics, settings.limits)
    require_topics(cluster, settings.topics.names())
    require_configs(cluster, settings.topics, settings.limits)
    worker.run(settings, model)


def _settings(flags: dict[str, Any]) -> StreamSettings:
    return StreamSettings(
        connection=broker_options.connection(flags["bootstrap_servers"]),
        topics=Topics(
            reviews=flags["reviews_topic"],
            results=flags["results_topic"],
            dead_letters=flags["dead_letters_topic"],
            partitions=flags["partitions"],
            replication_factor=flags["replication_factor"],
        ),
        limits=Limits(
            batch_records=flags["batch_records"],
            batch_bytes=flags["batch_bytes"],
            text_characters=flags["text_characters"],
            result_bytes=flags["result_bytes"],
        ),
        **{name: flags[name] for name in OWN},
    )
