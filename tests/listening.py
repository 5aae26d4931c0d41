"""Whether anything listens on a port."""

from __future__ import annotations

import socket


def listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0
