"""`sentiment ui`: hand this process over to Streamlit, which runs `page.py` for each viewer."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from cli import broker_options
from cli.address import PORT, free_address
from cli.ui.wiring import reach
from sentiment.errors import SettingError
from ui.settings import Settings

PAGE = Path(__file__).parent / "page.py"


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    envvar="SENTIMENT_UI_HOST",
    show_default=True,
    show_envvar=True,
    help="Address to listen on.",
)
@click.option(
    "--port",
    type=PORT,
    default=8501,
    envvar="SENTIMENT_UI_PORT",
    show_default=True,
    show_envvar=True,
    help="Port to listen on; 0 is any free one.",
)
@click.option(
    "--api",
    default=Settings.api,
    envvar="SENTIMENT_API",
    show_default=True,
    show_envvar=True,
    help="The API's address.",
)
@click.option(
    "--models",
    type=click.Path(path_type=Path),
    default=Settings.models,
    envvar="SENTIMENT_MODEL",
    show_default=True,
    show_envvar=True,
    help="Folder of model versions to compare with; it is only read.",
)
@broker_options.servers_if_needed
@broker_options.client
@broker_options.group("Consumer group whose lag is shown.")
@broker_options.topic("reviews")
@broker_options.topic("results")
@broker_options.topic("dead_letters")
def ui(host: str, port: int, **given: Any) -> None:
    """Open the page: try a review, watch the stream, read the model's report.

    The API's key is taken from SENTIMENT_API_KEY, what the broker asks for from the KAFKA_* variables.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise SettingError("the page needs Streamlit: pip install '.[ui]' in the project's folder")
    reach(given)  # what is wrong is told now, not to the first viewer
    address = free_address(host, port)
    click.echo(f"sentiment: the page is on {address}")
    server = [f"--server.address={host}", f"--server.port={address.port}", *streamlit_options()]
    command = [sys.executable, "-m", "cli.ui.server", "run", str(PAGE), *server]
    os.execve(sys.executable, command, os.environ | as_environment(given))  # noqa: S606 - ourselves, anew


def given_to_page() -> dict[str, Any]:
    """The same options as the command was given, read again by the page from the environment."""
    return ui.make_context("sentiment ui", []).params


def as_environment(given: Mapping[str, Any]) -> dict[str, str]:
    """Each option's value under the option's variable."""
    variables = {option.name: option.envvar for option in ui.params if isinstance(option.envvar, str)}
    return {variables[name]: str(value) for name, value in given.items() if value is not None}


def streamlit_options() -> Iterator[str]:
    """`ui/streamlit.toml` as flags, which go before any configuration that a machine or a user has."""
    settings = tomllib.loads((files("ui") / "streamlit.toml").read_text("utf-8"))
    return (f"--{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in flat(settings))


def flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Nested tables as dotted names."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
