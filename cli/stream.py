"""`sentiment stream`: classify the reviews that arrive on Kafka, exactly once, until told to stop."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from cli import broker_options
from sentiment import Classifier
from streaming.brokers.seam import Group
from streaming.delivery import deliver
from streaming.settings import Limits, StreamSettings, Topics
from streaming.topics import create_topics, require_topics

log = logging.getLogger("sentiment.stream")


@click.command()
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    default="models",
    envvar="SENTIMENT_MODEL",
    show_default=True,
    show_envvar=True,
    help="Folder of model versions, or one version's folder.",
)
@broker_options.bootstrap_servers
@broker_options.client
@click.option("--group", default=StreamSettings.group, show_default=True, help="Consumer group to work in.")
@click.option(
    "--instance",
    default=socket.gethostname,
    show_default="host name",
    help="This worker's own name in the group, the same after a restart. Two workers on a host need two names.",
)
@broker_options.topic("reviews")
@broker_options.topic("results")
@broker_options.topic("dead_letters")
@broker_options.create_topics
@click.option("--batch-records", default=Limits.batch_records, show_default=True, help="Most records in a transaction.")
@click.option("--batch-bytes", default=Limits.batch_bytes, show_default=True, help="Most bytes fetched at once.")
@click.option("--text-characters", default=Limits.text_characters, show_default=True, help="Longest text taken.")
@click.option("--result-bytes", default=Limits.result_bytes, show_default=True, help="Largest result sent.")
@click.option("--explain", is_flag=True, help="Add the strongest terms to each result.")
def stream(model: Path, group: str, instance: str, explain: bool, **flags: Any) -> None:
    """Classify the reviews that arrive on Kafka, exactly once.

    Ends with 0 on SIGTERM or SIGINT after the batch at hand, and with 1 when the broker fails: start it again then.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO)
    settings = _settings(group, instance, explain, flags)
    cluster = broker_options.cluster(flags["client"], settings.connection, settings.limits)
    classifier = Classifier.load(model)
    if flags["create_topics"]:
        create_topics(cluster, settings.topics, settings.limits)
    require_topics(cluster, settings.topics.names())
    stop = _stop_on_signal()
    with closing(cluster.join(Group(group, instance, settings.topics.reviews))) as broker:
        topics = " ".join(settings.topics.names())
        log.info("ready: model %s, topics %s, group %s, instance %s", classifier.version, topics, group, instance)
        deliver(broker, classifier, settings, stop)
        broker.leave()
    log.info("stopped")


def _settings(group: str, instance: str, explain: bool, flags: dict[str, Any]) -> StreamSettings:
    return StreamSettings(
        group=group,
        instance=instance,
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
        explain=explain,
    )


def _stop_on_signal() -> threading.Event:
    """An event that SIGTERM and SIGINT set; a second signal ends the process at once."""
    stop = threading.Event()

    def request(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    signal.signal(signal.SIGTERM, request)
    signal.signal(signal.SIGINT, request)
    return stop
