"""The address that a server listens on."""

from __future__ import annotations

import socket
from typing import NamedTuple

import click

from sentiment.errors import ServiceError

PORT = click.IntRange(0, 65535)  # of an option; 0 is any free one


class Address(NamedTuple):
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def free_address(host: str, port: int) -> Address:
    """The address to listen on, a port of the system's choice for 0; ServiceError if it is taken or not this machine's.

    Servers that share a port by SO_REUSEPORT would also let a second server join the first one unnoticed; a socket
    without that option can't be bound where anything listens.
    """
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            return Address(*probe.getsockname()[:2])
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ServiceError(
            f"can't listen on {host}, port {port}: {reason}; choose others by --host and --port"
        ) from error
