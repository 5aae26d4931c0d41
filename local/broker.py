"""A real one-node Kafka on this machine, detached from the terminal that started it; its data outlives it.

Everything is in one folder: server.properties, kafka.log (of the last run), broker.json (who runs) and data/.
The broker itself holds the lock `running` as long as it lives, so a broker.json left behind fools nobody.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import uuid
from contextlib import suppress
from pathlib import Path
from string import Template

import msgspec

from local.jars import Software
from local.processes import alone, comes_true, detach, is_held
from sentiment.errors import ServiceError

USUAL_PORT = 9092
START_SECONDS = 60.0
STOP_SECONDS = 20.0
TEMPLATE = Path(__file__).parent / "server.properties"

# Java's first compiler alone starts the broker in three quarters of the time; the serial collector gained nothing.
JVM = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.showDateTime=true")


class Broker(msgspec.Struct, frozen=True):
    """A broker that runs: where clients find it, and its process."""

    address: str
    pid: int


def start(folder: Path, software: Software, port: int | None = None) -> Broker:
    """Start the broker of this folder and return when it serves; the one that runs already is returned as it is.

    Without a port it listens on 9092, or on a free one if that is taken; port 0 means any free one.
    Raises ServiceError if one runs on another port than wanted, or, with the reason that Kafka gave, if it does not
    come to serve.
    """
    with alone(folder / "starting"):
        broker = status(folder) or _launch(folder, software, port)
        if port and not broker.address.endswith(f":{port}"):
            raise ServiceError(f"the broker of {folder} runs at {broker.address}: stop it first, to have port {port}")
        try:
            _wait_until_it_serves(folder, broker)
        except BaseException:
            _end(folder, broker)
            raise
    return broker


def stop(folder: Path) -> Broker | None:
    """Stop the broker of this folder, by force if it takes too long; its data stay. Returns what was stopped."""
    if not folder.exists():
        return None
    with alone(folder / "starting"):
        broker = status(folder)
        if broker:
            _end(folder, broker)
    return broker


def status(folder: Path) -> Broker | None:
    """The broker of this folder, if it runs."""
    record = folder / "broker.json"
    if is_held(folder / "running") and record.exists():
        return msgspec.json.decode(record.read_bytes(), type=Broker)
    return None


def _launch(folder: Path, software: Software, port: int | None) -> Broker:
    record = folder / "broker.json"
    record.unlink(missing_ok=True)
    own_port, controller_port = _free_ports(port)
    properties = Template(TEMPLATE.read_text("utf-8")).substitute(port=own_port, controller_port=controller_port)
    (folder / "server.properties").write_text(properties, "utf-8")
    if not (folder / "data" / "meta.properties").exists():
        _format(folder, software)
    command = software.command(*JVM, "kafka.Kafka", "server.properties")
    broker = Broker(f"127.0.0.1:{own_port}", detach(command, folder / "kafka.log", folder / "running"))
    record.write_bytes(msgspec.json.encode(broker))
    return broker


def _format(folder: Path, software: Software) -> None:
    """Lay the storage out, once in a folder's life; meta.properties is the last file that Kafka writes."""
    log = folder / "kafka.log"
    cluster = f"--cluster-id={uuid.uuid4().hex}"
    command = software.command(*JVM, "kafka.tools.StorageTool", "format", cluster, "-c", "server.properties")
    with log.open("wb") as output:
        run = subprocess.run(command, cwd=folder, stdout=output, stderr=output, check=False)
    if run.returncode:
        raise ServiceError(f"Kafka could not lay out its storage: {_reason(log)}")


def _wait_until_it_serves(folder: Path, broker: Broker) -> None:
    log, running = folder / "kafka.log", folder / "running"
    settled = comes_true(lambda: _serves(log, broker) or not is_held(running), START_SECONDS)
    if not is_held(running):
        raise ServiceError(f"Kafka ended while starting: {_reason(log)}")
    if not settled:
        raise ServiceError(f"Kafka did not start within {START_SECONDS:.0f} s: {_reason(log)}")


def _serves(log: Path, broker: Broker) -> bool:
    if b"Kafka Server started" not in log.read_bytes():
        return False
    host, _, port = broker.address.partition(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False


def _end(folder: Path, broker: Broker) -> None:
    """SIGTERM, then SIGKILL. The pid is the broker's own as long as the lock is held."""
    for order in (signal.SIGTERM, signal.SIGKILL):
        if not is_held(folder / "running"):
            return
        os.kill(broker.pid, order)
        if comes_true(lambda: not is_held(folder / "running"), STOP_SECONDS):
            return
    raise ServiceError(f"Kafka (process {broker.pid}) does not end")


def _free_ports(port: int | None) -> tuple[int, int]:
    """The broker's port and the controller's; both are kept until both are known, so that they differ."""
    with socket.socket() as own, socket.socket() as controller:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            own.bind(("127.0.0.1", USUAL_PORT if port is None else port))
        except OSError as error:
            if port is not None:
                raise ServiceError(f"port {port} is not free ({error.strerror}): name another, or none") from error
            own.bind(("127.0.0.1", 0))
        controller.bind(("127.0.0.1", 0))
        return own.getsockname()[1], controller.getsockname()[1]


def _reason(log: Path) -> str:
    """The first exception with a message or ERROR that the log tells of, else its last line; and where the log is."""
    lines = log.read_text("utf-8", errors="replace").splitlines()
    told = [line for line in lines if re.match(r"(Caused by: )?[\w.$]+(Exception|Error): ", line)]
    errors = [line for line in lines if " ERROR " in line]
    said = next(iter(told or errors or lines[-1:]), "it said nothing")
    return f"{said} (log: {log})"
