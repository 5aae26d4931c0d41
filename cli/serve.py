"""`sentiment serve`: the HTTP door, its workers and what they share."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from api.settings import WHOLE_NUMBERS, Settings, read_settings
from cli import broker_options
from cli.address import free_address
from cli.server import announce, make_server
from monitoring.room import FIGURES, take_room, when_orphaned
from sentiment import Classifier
from streaming.brokers.seam import Reply
from streaming.settings import Connection, refuse

if TYPE_CHECKING:
    from flask import Flask

    from api.feedback import Publish


def _setting(name: str, text: str) -> Callable[..., Any]:
    """An option whose value `read_settings` checks, so that everything wrong is told at once."""
    return click.option(
        "--" + name.replace("_", "-"),
        envvar="SENTIMENT_" + name.upper(),
        show_envvar=True,
        metavar="N" if name in WHOLE_NUMBERS else None,
        help=f"{text} [default: {getattr(Settings, name, 'none')}]",
    )


@click.command()
@_setting("model", "Folder of model versions, or one version's folder.")
@_setting("host", "Address to listen on.")
@_setting("port", "Port to listen on; 0 is any free one.")
@_setting("workers", "Processes that answer, each with its own copy of the model.")
@_setting("max_body_bytes", "Most bytes in a request's body.")
@_setting("max_texts", "Most texts in a request.")
@_setting("max_characters", "Most characters in a text.")
@_setting("api_keys_file", "File of API keys, one a line; SENTIMENT_API_KEYS lists them, separated by commas.")
@broker_options.servers_if_any
@broker_options.topic("feedback")
def serve(bootstrap_servers: str | None, feedback_topic: str, **given: str | None) -> None:
    """Serve the model over HTTP until SIGTERM, SIGHUP or Ctrl-C.

    Feedback is accepted only with --bootstrap-servers.
    """
    settings = read_settings(given | {"api_keys": os.environ.get("SENTIMENT_API_KEYS")})
    connection = broker_options.connection(bootstrap_servers) if bootstrap_servers else None
    refuse(connection.problems() if connection else [])
    address = free_address(settings.host, settings.port)
    version = Classifier.load(settings.model).version  # what does not load stops the start, not the first request
    threading.Thread(target=announce, args=(address, version), daemon=True).start()
    server = make_server(address, settings.workers)
    loader = functools.partial(start_worker, settings, connection, feedback_topic)
    with _shared_figures() if settings.workers > 1 else nullcontext():
        server.serve(target_loader=loader, wrap_loader=False)


@contextmanager
def _shared_figures() -> Iterator[None]:
    """A folder for the workers' figures, whichever of them is asked; one alone keeps them in its memory."""
    with TemporaryDirectory(prefix="sentiment-metrics-") as folder:
        os.environ[FIGURES] = folder
        yield


def start_worker(settings: Settings, connection: Connection | None, feedback_topic: str) -> Flask:
    """The app of one worker, in its own process.

    The app is imported only here: at its import the Prometheus client looks whether there is a folder to share.
    """
    from api.app import create_app

    when_orphaned(lambda: os._exit(1))  # it would keep the port from the server's successor
    take_room()
    publish = _publish(connection, feedback_topic) if connection else None
    return create_app(Classifier.load(settings.model), settings, publish)


def _publish(connection: Connection, topic: str) -> Publish:
    publisher = broker_options.publisher(connection)
    headers = [("content-type", b"application/json")]
    return lambda key, value: publisher.publish(Reply(topic, key, value, headers))
