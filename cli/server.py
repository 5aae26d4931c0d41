"""The HTTP server under the app: granian, a WSGI server written in Rust."""

from __future__ import annotations

import signal
import socket
import time
from typing import Any

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.common import AbstractServer

from cli.address import Address

# Of each worker. A thread is held for as long as its request's body takes to arrive, so there are far more of them
# than cores; they start when they are needed. A connection that waits its turn costs next to nothing.
THREADS = 32
CONNECTIONS = 512
HEADER_BYTES = 65_536  # about: what has arrived with the last read still counts
HEADER_MILLISECONDS = 10_000  # for a request's header to arrive, and how long an idle connection is kept
STOP_SECONDS = 10  # for requests under way to finish once told to stop


def make_server(address: Address, workers: int) -> AbstractServer[Any]:
    server = Granian(
        "api",  # only a name: the app comes from a loader
        address=address.host,
        port=address.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backpressure=CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=HEADER_BYTES),
        websockets=False,
        log_level=LogLevels.error,
        workers_kill_timeout=STOP_SECONDS,
    )
    # SIGHUP, as of a terminal that is closed, ends it too, but not under nohup. Granian would start new workers, whose
    # figures would stand beside those of the old ones.
    ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    server.signal_handler_reload = signal.SIG_IGN if ignored else server.signal_handler_interrupt  # type: ignore[method-assign, assignment]
    return server


def announce(address: Address, version: str) -> None:
    """Say where the server is as soon as it accepts connections."""
    while True:
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return click.echo(f"sentiment: serving model {version} on {address}")
