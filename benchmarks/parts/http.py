"""The HTTP door beside its ceiling and MLflow's scoring server: one worker on one core, asked by wrk from another core.

Each server is asked at several numbers of connections, with one review a request and with many; all requests differ.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.context import Context
from benchmarks.environments import InstallError, python_of
from benchmarks.measuring import RunError, settle
from benchmarks.series import Figures, Measure, Series, ratio
from sentiment.errors import ServiceError

SERVERS = Path(__file__).parent.parent / "servers"
MANY = 64  # reviews a request
CONNECTIONS = (1, 8, 64)
BODIES = 256
SECONDS = 4  # that wrk asks for in each round
TIMEOUT_SECONDS = 15  # of a request; the slowest server takes three for many reviews on many connections
START_SECONDS = 120  # MLflow's server fits its model first

Body = Callable[[Sequence[str]], object]
Load = Callable[[Path, int, int], Figures]  # of a file of bodies, connections, reviews a request


class Server(NamedTuple):
    """A program to start with a port, and how it wants one review and many."""

    path: str
    command: Callable[[int], Sequence[str | Path]]
    one: Body
    many: Body


def run(context: Context) -> dict[str, float]:
    """All servers run all the time; only the one that is asked has something to do."""
    if not shutil.which("wrk"):
        raise ServiceError("wrk is not installed: `apt-get install wrk`")
    if len(os.sched_getaffinity(0)) < 2:
        raise ServiceError("this process may use one core only: servers and load need one each")
    servers = _servers(context)
    with contextlib.ExitStack() as stack:
        started = {name: _start(stack, name, server, context.home) for name, server in servers.items()}
        asked = [asked for asked in itertools.product((1, MANY), servers) if asked != (MANY, "bare")]
        bodies = {(count, name): _write_bodies(context, name, servers[name], count) for count, name in asked}
        contestants: dict[str, Measure] = {}
        for count, connections, name in itertools.product((1, MANY), CONNECTIONS, servers):
            if (count, name) in bodies:
                label = f"{name}, {count} a request, {connections} connections"
                contestants[label] = functools.partial(started[name], bodies[count, name], connections, count)
        series = context.interleave(contestants)
    return {f"ours/{peer}": _single(series, peer) for peer in ("bare", "mlflow")}


def _single(series: Mapping[str, Series], peer: str) -> float:
    """The median over the numbers of connections, one review a request."""
    each = [
        [series[f"{name}, 1 a request, {connections} connections"] for name in ("ours", peer)]
        for connections in CONNECTIONS
    ]
    return statistics.median(ratio(ours, theirs, "reviews/s") for ours, theirs in each)


def _servers(context: Context) -> dict[str, Server]:
    script, scratch = SERVERS / "mlflow_scoring.py", context.home / "mlflow-model"
    ours = ("-m", "cli", "serve", "--workers", "1", "--model", context.models, "--port")
    return {
        "ours": Server("/predict", lambda port: (sys.executable, *ours, str(port)), _text, _texts),
        "bare": Server(
            "/predict", lambda port: (sys.executable, "-m", "benchmarks.servers.bare", str(port)), _text, _texts
        ),
        "mlflow": Server(
            "/invocations",
            lambda port: (python_of("mlflow", context.home), script, str(port), context.reviews_file, scratch),
            _inputs,
            _inputs,
        ),
    }


def _text(texts: Sequence[str]) -> object:
    return {"text": texts[0]}


def _texts(texts: Sequence[str]) -> object:
    return {"texts": texts}


def _inputs(texts: Sequence[str]) -> object:
    return {"inputs": texts}


def _write_bodies(context: Context, name: str, server: Server, count: int) -> Path:
    """A file of JSON bodies, a line each, each of reviews that are in none of the others."""
    texts, make = context.texts, server.one if count == 1 else server.many
    starts = range(0, min(count * BODIES, len(texts) - count + 1), count)
    path = context.home / "scratch" / f"{name}-{count}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(msgspec.json.encode(make(texts[at : at + count])) + b"\n" for at in starts))
    return path


def _start(stack: contextlib.ExitStack, name: str, server: Server, home: Path) -> Load:
    """What measures the server, which runs until the stack is left; of one that can't be started, what says why."""
    try:
        port, session = stack.enter_context(_running(name, server, home))
    except (InstallError, ServiceError, RunError) as error:
        return functools.partial(_refuse, error)
    return functools.partial(_load, f"http://127.0.0.1:{port}{server.path}", session)


def _refuse(error: Exception, *_: object) -> Figures:
    raise error


@contextlib.contextmanager
def _running(name: str, server: Server, home: Path) -> Iterator[tuple[int, int]]:
    """The server's port and session, once it answers there; leaving ends it and all that it started."""
    port = _free_port()
    log = home / "logs" / f"http-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = _on_core(0, *server.command(port))
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        _wait(process, port, log)
        settle(process.pid)  # it may answer before it has started all that it needs
        yield port, process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _on_core(number: int, *command: str | Path) -> list[str]:
    """The command, kept to one of the cores that this process may use: the server has the first, the load the next."""
    return ["taskset", "--cpu-list", str(sorted(os.sched_getaffinity(0))[number]), *map(str, command)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        time.sleep(0.1)
    said = log.read_text().strip().rsplit("\n", 1)[-1]
    raise ServiceError(f"the server did not start: {said[:300]}")


def _load(url: str, session: int, bodies: Path, connections: int, count: int) -> Figures:
    """Ask for some seconds; an answer that is not a success is an error.

    What was asked last and never read is still worked on then, and the next server would share its core with that.
    """
    wrk = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{SECONDS}s", "--latency"]
    wrk += ["--timeout", f"{TIMEOUT_SECONDS}s"]
    command = _on_core(1, *wrk, "--script", SERVERS / "load.lua", url, "--", bodies)
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    finally:
        settle(session)
    if failed := re.search("Non-2xx.*|Socket errors.*", said):
        raise ServiceError(failed[0])
    rate = float(_found(r"Requests/sec: +([\d.]+)", said)[1])
    figures = {"reviews/s": rate * count, "requests/s": rate}
    for percent in ("50", "99"):
        value, unit = _found(rf"{percent}% +([\d.]+)(us|ms|s) *\n", said).groups()
        figures[f"p{percent} ms"] = float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return figures


def _found(pattern: str, said: str) -> re.Match[str]:
    found = re.search(pattern, said)
    if found is None:
        raise ServiceError(f"wrk said something new: {said}")
    return found
