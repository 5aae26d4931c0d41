"""`sentiment kafka`: the broker of this project's folder, for a machine that has none."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec
from rich.console import Console

from cli.address import PORT
from local import broker
from local.jars import prepare

json_flag = click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")


@click.group()
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=".local",
    envvar="SENTIMENT_HOME",
    show_default=True,
    show_envvar=True,
    help="Folder of everything that the project fetches and keeps.",
)
@click.pass_context
def kafka(context: click.Context, home: Path) -> None:
    """Start and stop a Kafka of one node on this machine."""
    context.obj = home


@kafka.command()
@click.option(
    "--port",
    type=PORT,
    help="The broker's port; 0: any free one. [default: 9092, else any free one]",
)
@click.option(
    "--ivy-settings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="SENTIMENT_IVY_SETTINGS",
    show_envvar=True,
    help="An ivysettings.xml that names a mirror to fetch Kafka's jars from.",
)
@json_flag
@click.pass_obj
def start(home: Path, port: int | None, ivy_settings: Path | None, as_json: bool) -> None:
    """Start the broker, or tell of the one that runs; the first time, Kafka is fetched (43 MB)."""
    console = Console(stderr=True)
    with console.status("Finding Java, fetching Kafka if it isn't here yet"):
        software = prepare(home, ivy_settings)
    with console.status("Starting Kafka"):
        running = broker.start(home / "kafka", software, port)
    _tell(running, as_json)


@kafka.command()
@json_flag
@click.pass_obj
def stop(home: Path, as_json: bool) -> None:
    """Stop the broker; what is on its topics stays."""
    with Console(stderr=True).status("Stopping Kafka"):
        stopped = broker.stop(home / "kafka")
    _tell(None, as_json, f"Kafka at {stopped.address} has been stopped." if stopped else _none_of(home))


@kafka.command()
@json_flag
@click.pass_obj
def status(home: Path, as_json: bool) -> None:
    """Tell whether the broker runs and where; the exit code is 1 if it doesn't."""
    running = broker.status(home / "kafka")
    _tell(running, as_json, _none_of(home))
    sys.exit(0 if running else 1)


def _tell(running: broker.Broker | None, as_json: bool, otherwise: str = "") -> None:
    if as_json:
        told = {"running": running is not None, **(msgspec.structs.asdict(running) if running else {})}
        click.echo(msgspec.json.encode(told))
    elif running:
        click.echo(f"Kafka serves at {running.address} (process {running.pid}).")
        click.echo(f"export KAFKA_BOOTSTRAP_SERVERS={running.address}")
    else:
        click.echo(otherwise)


def _none_of(home: Path) -> str:
    return f"No Kafka of {home.absolute()} runs."
