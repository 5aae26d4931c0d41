"""The flags that the verbs about Kafka share. Security is set by the KAFKA_* variables alone, and secrets by files."""

from __future__ import annotations

import functools
import os
import socket
from collections.abc import Callable
from typing import Any, TypeVar

import click

from sentiment.errors import ServiceError
from streaming.brokers.seam import Cluster, Publisher
from streaming.settings import CLIENTS, Connection, Limits, StreamSettings, Topics, refuse

LISTENER_SECONDS = 3.0

Command = TypeVar("Command", bound=Callable[..., Any])


def _servers(default: str) -> Callable[[Command], Command]:
    return click.option(
        "--bootstrap-servers",
        envvar="KAFKA_BOOTSTRAP_SERVERS",
        show_envvar=True,
        help=f"Kafka brokers, host:port, separated by commas. [default: {default}]",
    )


servers_if_needed = _servers(Connection.bootstrap_servers)
servers_if_any = _servers("none")


def bootstrap_servers(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same flag for a verb that needs a broker: where nobody listens, its error names the way out."""

    @functools.wraps(command)
    def run(*, bootstrap_servers: str | None, **given: Any) -> Any:
        try:
            return command(bootstrap_servers=bootstrap_servers, **given)
        except ServiceError as error:
            if told := nobody_at(connection(bootstrap_servers).bootstrap_servers):
                raise ServiceError(f"{error}; {told}") from error
            raise

    return servers_if_needed(run)


def nobody_at(servers: str) -> str:
    """What to say, with the way out, if nobody listens on any of the addresses; else nothing."""
    why = []
    for server in servers.split(","):
        host, _, port = server.strip().rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), LISTENER_SECONDS):
                return ""
        except (OSError, UnicodeError) as error:  # a host's name may be none
            why.append(f"{server.strip()}: {getattr(error, 'strerror', None) or error}")
    return (
        f"no broker answers ({'; '.join(why)}): name one with --bootstrap-servers or KAFKA_BOOTSTRAP_SERVERS, "
        "or start one with `sentiment kafka start`"
    )


def client(command: Command) -> Command:
    return click.option(
        "--client",
        type=click.Choice(CLIENTS),
        default=CLIENTS[0],
        envvar="SENTIMENT_CLIENT",
        show_default=True,
        show_envvar=True,
        help="Kafka client library; confluent is faster and comes with the extra `fast`.",
    )(command)


def group(help_text: str) -> Callable[[Command], Command]:
    """A flag for the consumer group of the workers."""
    return click.option(
        "--group",
        default=StreamSettings.group,
        envvar="SENTIMENT_GROUP",
        show_default=True,
        show_envvar=True,
        help=help_text,
    )


def topic(role: str) -> Callable[[Command], Command]:
    """A flag for the name of one topic: `reviews`, `results`, `dead_letters` or `feedback`."""
    return click.option(
        f"--{role.replace('_', '-')}-topic",
        envvar=f"SENTIMENT_{role.upper()}_TOPIC",
        default=getattr(Topics, role),
        show_default=True,
        show_envvar=True,
        help=f"Topic of the {role.replace('_', ' ')}.",
    )


def create_topics(command: Command) -> Command:
    """Flags for creating the topics that are missing: whether, and how."""
    flag = click.option("--create-topics", is_flag=True, help="Create the topics that are missing.")
    return flag(new_topics(command))


def new_topics(command: Command) -> Command:
    """Flags for how topics are created: how many partitions, how many copies."""
    for option in (
        click.option("--partitions", default=Topics.partitions, show_default=True, help="Partitions of a new topic."),
        click.option(
            "--replication-factor",
            default=Topics.replication_factor,
            show_default=True,
            help="Replicas of a new topic; -1 is the broker's default.",
        ),
    ):
        command = option(command)
    return command


def result_bytes(command: Command) -> Command:
    return click.option(
        "--result-bytes",
        type=click.IntRange(min=1),
        default=Limits.result_bytes,
        envvar="SENTIMENT_RESULT_BYTES",
        show_default=True,
        show_envvar=True,
        help="Largest result sent; a dead letter may be twice as large. The same for all commands on these topics.",
    )(command)


def connection(servers: str | None) -> Connection:
    return Connection.from_environment(os.environ, servers)


def cluster(client: str, to: Connection, limits: Limits | None = None) -> Cluster:
    """The cluster that a verb works with; SettingError if its settings are wrong or the client is not installed."""
    from streaming.brokers.clients import open_cluster

    refuse(to.problems())
    return open_cluster(client, to, limits or Limits())


def publisher(to: Connection) -> Publisher:
    """Where a server keeps single records; it connects with the first. SettingError if its settings are wrong."""
    from streaming.brokers.clients import open_publisher

    refuse(to.problems())
    return open_publisher(to)
