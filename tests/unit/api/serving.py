"""A `sentiment serve` of its own for the tests, and how it is asked over loopback."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests import listening

START_SECONDS = 60  # compiling the scorer, where it was never compiled before, included
STOP_SECONDS = 60  # as long as a busy machine may need
REVIEW = b'{"id": 1, "text": "a wonderful film"}'
JSON = {"Content-Type": "application/json"}


class Running(NamedTuple):
    process: subprocess.Popen[str]
    host: str
    port: int

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=10)


def run(*flags: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "serve", *flags],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def serving(models: Path, *flags: str, **environment: str) -> Iterator[Running]:
    with run("--port", "0", *flags, SENTIMENT_MODEL=str(models), **environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.fullmatch(r"sentiment: serving model tiny-1 on http://(127\.0\.0\.1):(\d+)\n", line)
            assert found, line or process.communicate(timeout=START_SECONDS)
            yield Running(process, found[1], int(found[2]))
        finally:
            process.kill()


def ask(server: Running, body: Any, headers: dict[str, str] = JSON, *, chunked: bool = False) -> tuple[int, Any]:
    with closing(server.connect()) as connection:
        connection.request("POST", "/predict", body, headers, encode_chunked=chunked)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def wait_until(true: Callable[[], bool], seconds: float = STOP_SECONDS) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


def listens(server: Running) -> bool:
    return listening.listens(server.host, server.port)


def get(server: Running, path: str) -> str:
    with closing(server.connect()) as connection:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
