"""The demo's steps, in order: model, broker, topics, classifier, API, reviews, summary, and all of it stopped."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import click
import msgspec

from cli.address import PORT
from cli.demo import preparing, showing
from cli.demo.flow import flow
from cli.demo.reviews import messages
from cli.demo.services import Service, answers, log_has, running
from cli.demo.tally import Summary
from local import broker as local_broker
from local.processes import the_only_one
from sentiment.errors import ServiceError
from sentiment.manifest import Manifest
from streaming.brokers.kafka_python import KafkaPythonCluster
from streaming.brokers.seam import Cluster
from streaming.producing import paced
from streaming.settings import Connection, Limits, Topics
from streaming.topics import create_topics

SHOWN_REVIEWS, SHOWN_BROKEN = 40, 2
ALL_REVIEWS, ALL_BROKEN = 2_000, 20
CHECK_SECONDS = 1.0  # between two looks at what should run


@dataclass(frozen=True)
class Demo:
    """Where things are, and how the reviews are sent."""

    models: Path
    home: Path  # the project's own folder for brokers, runtimes and logs
    api_port: int
    page_port: int
    once: bool
    rate: float


@click.command()
@click.option("--once", is_flag=True, help="Send 2,000 reviews as fast as they go, print one JSON object and end.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0.1),
    default=2.0,
    show_default=True,
    help="Reviews sent a second; not with --once.",
)
@click.option(
    "--models",
    type=click.Path(path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Folder of model versions; where none is in use there, one is trained.",
)
@click.option("--port", type=PORT, default=8000, show_default=True, help="The API's port; another if it is taken.")
@click.option("--ui-port", type=PORT, default=8501, show_default=True, help="The page's port; another if it is taken.")
def demo(once: bool, rate: float, models: Path, port: int, ui_port: int) -> None:
    """Train if needed, start a broker, the classifier, the API and the page, and watch reviews flow."""
    for ending in (signal.SIGTERM, signal.SIGHUP):  # the latter where the terminal's window is closed
        if signal.getsignal(ending) != signal.SIG_IGN:  # as nohup has it
            signal.signal(ending, signal.default_int_handler)
    home = Path(os.environ.get("SENTIMENT_HOME", ".local"))
    another = ServiceError(f"another demo runs in {home}: use that one, or stop it first")
    try:
        with the_only_one(home / "demo" / "running", another):
            complete = run(Demo(models, home, preparing.free_port(port), preparing.free_port(ui_port), once, rate))
    except KeyboardInterrupt:
        click.echo("\nstopped", err=True)
        sys.exit(1 if once else 0)
    sys.exit(0 if complete else 1)


def run(demo: Demo) -> bool:
    """All steps; returns whether every record was answered exactly once."""
    started = time.monotonic()
    model = preparing.prepare_model(demo.models, demo.home)
    with ExitStack() as stack:
        broker = stack.enter_context(preparing.broker(demo.home))
        connection = Connection(bootstrap_servers=broker.address)
        cluster, topics = KafkaPythonCluster(connection), Topics()
        create_topics(cluster, topics, Limits())
        url, services = _start_services(demo, broker.address, stack)
        page = None if demo.once else _open_page(demo, broker.address, url, stack)
        if page:
            showing.step(f"Watch it in a browser: {page}/live")
        summary = send_and_show(demo, model, cluster)
        complete = summary.lost == summary.duplicated == 0 and summary.dead == _broken(demo)
        cold = model.cold or broker.cold
        if demo.once:
            _report(summary, model.manifest, cold, time.monotonic() - started)
        else:
            showing.summary(summary, model.known)
            showing.invitation(url, broker.address, page)
            _stay(demo, services)
    return complete


def _stay(demo: Demo, services: Sequence[Service]) -> NoReturn:
    """Until a signal ends it; ServiceError if what is shown has ended by itself."""
    while True:
        if local_broker.status(demo.home / "kafka") is None:
            raise ServiceError(f"Kafka has ended; its log is {demo.home / 'kafka' / 'kafka.log'}")
        for service in services:
            service.check()
        time.sleep(CHECK_SECONDS)


def _start_services(demo: Demo, servers: str, stack: ExitStack) -> tuple[str, list[Service]]:
    """The classifier and the API, each a process; returns the API's address, and both."""
    logs, model = demo.home / "demo", ["--model", str(demo.models)]
    stream = ["stream", *model, "--bootstrap-servers", servers, "--instance", "demo"]
    if not demo.once:
        stream.append("--explain")
    classifier = stack.enter_context(running(stream, logs / "stream.log", log_has(logs / "stream.log", b"ready")))
    url = f"http://127.0.0.1:{demo.api_port}"
    serve = ["serve", *model, "--bootstrap-servers", servers, "--port", str(demo.api_port)]
    api = stack.enter_context(running(serve, logs / "serve.log", answers(f"{url}/health/ready")))
    return url, [classifier, api]


def _open_page(demo: Demo, servers: str, api: str, stack: ExitStack) -> str | None:
    """The page, which opens itself in a browser where there is a screen; returns its address, where it is installed."""
    if importlib.util.find_spec("streamlit") is None:
        return None
    url = f"http://127.0.0.1:{demo.page_port}"
    flags = ["--models", str(demo.models), "--bootstrap-servers", servers, "--api", api, "--port", str(demo.page_port)]
    stack.enter_context(running(["ui", *flags], demo.home / "demo" / "ui.log", answers(f"{url}/_stcore/health")))
    return url


def send_and_show(demo: Demo, model: preparing.Model, cluster: Cluster) -> Summary:
    """Send the reviews, show the answers or their progress, and return the figures."""
    good = ALL_REVIEWS if demo.once else SHOWN_REVIEWS
    showing.step(f"Sending {good:,} {model.known}")
    sending = messages(uuid4().hex[:8], model.reviews, good, _broken(demo))
    if not demo.once:
        return flow(cluster, Topics(), paced(sending, demo.rate), showing.answer).summary()
    with showing.counting(good + _broken(demo)) as count:
        return flow(cluster, Topics(), sending, count).summary()


def _broken(demo: Demo) -> int:
    return ALL_BROKEN if demo.once else SHOWN_BROKEN


def _report(summary: Summary, manifest: Manifest, cold: bool, seconds: float) -> None:
    parity = manifest.parity.max_abs_dp if manifest.parity else None
    figures = {name: round(v, 4) if isinstance(v, float) else v for name, v in summary._asdict().items()}
    report = figures | {"parity_max_abs_dp": parity, "cold": cold, "seconds": round(seconds, 1)}
    click.echo(msgspec.json.encode(report))
