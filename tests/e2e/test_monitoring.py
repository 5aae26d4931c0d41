"""A real Prometheus over a real classifier and API: every panel of the dashboard shows something, no rule fails.

Needs Debian's package prometheus, and a broker.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
import yaml

from cli.demo.preparing import free_port
from cli.demo.services import answers, running, stop
from streaming.brokers.clients import open_cluster
from streaming.brokers.seam import Reply
from streaming.settings import CLIENTS, Connection, Limits
from tests.contract.conftest import waiting
from tests.lacking import lacking
from tests.tiny import write_tiny_model

MONITORING = Path(__file__).parents[2] / "deploy" / "monitoring"
PANELS = json.loads((MONITORING / "grafana" / "dashboards" / "sentiment.json").read_text("utf-8"))["panels"]
QUERIES = [(panel["title"], target["expr"]) for panel in PANELS for target in panel.get("targets", [])]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory, bootstrap_servers: str) -> Iterator[str]:
    """Its address, once it has seen reviews, a dead letter, requests, and one that failed."""
    if not shutil.which("prometheus"):
        lacking("no prometheus on this machine: apt-get install prometheus")
    place = tmp_path_factory.mktemp("monitoring")
    name = uuid.uuid4().hex[:8]
    model = write_tiny_model(place / "models")
    classifier, api, own = (free_port(0) for _ in range(3))
    topics = [f"--{role}-topic={role}-{name}" for role in ("reviews", "results", "dead-letters")]
    stream = ["stream", f"--model={model}", f"--bootstrap-servers={bootstrap_servers}", f"--group={name}", *topics]
    stream += ["--create-topics", f"--metrics-port={classifier}"]
    serve = ["serve", f"--model={model}", f"--port={api}"]
    with (
        running(stream, place / "stream.log", answers(f"http://127.0.0.1:{classifier}/health/ready")),
        running(serve, place / "serve.log", answers(f"http://127.0.0.1:{api}/health/ready")),
        watching(place, own, {"classifier": classifier, "api": api}) as address,
    ):
        cluster = open_cluster(CLIENTS[0], Connection(bootstrap_servers), Limits())
        for number in range(12):  # longer than the shortest time that a rate can be told of
            with cluster.sender() as sender:
                sender.send(Reply(f"reviews-{name}", None, b"a wonderful film", []))
                sender.send(Reply(f"reviews-{name}", None, b"\xff", []))
            post(f"http://127.0.0.1:{api}/predict", b'{"text": "not bad"}' if number % 2 else b"{}")
            time.sleep(1)
        yield address


@contextmanager
def watching(place: Path, port: int, services: dict[str, int]) -> Iterator[str]:
    """Prometheus with the configuration that is deployed, but for where the services are and how often it asks."""
    settings = yaml.safe_load((MONITORING / "prometheus" / "prometheus.yml").read_text("utf-8"))
    assert {job["job_name"] for job in settings["scrape_configs"]} == services.keys()
    settings["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    settings["rule_files"] = [str(MONITORING / "prometheus" / file) for file in settings["rule_files"]]
    settings["scrape_configs"] = [
        {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{at}"]}]} for job, at in services.items()
    ]
    (place / "prometheus.yml").write_text(yaml.safe_dump(settings), "utf-8")
    address = f"http://127.0.0.1:{port}"
    flags = [f"--config.file={place / 'prometheus.yml'}", f"--storage.tsdb.path={place / 'data'}"]
    with (place / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            ["prometheus", *flags, f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log
        )
    try:
        for _ in waiting():
            if answers(f"{address}/-/ready")():
                break
        yield address
    finally:
        stop(process)


def post(url: str, body: bytes) -> None:
    with suppress(HTTPError), urlopen(Request(url, body, {"content-type": "application/json"}), timeout=10):  # noqa: S310
        pass


def get(url: str) -> Any:
    with urlopen(url, timeout=10) as response:  # noqa: S310 - our own Prometheus
        return json.load(response)["data"]


def values(address: str, expression: str) -> list[float]:
    query = urlencode({"query": expression.replace("$__rate_interval", "30s")})
    return [float(series["value"][1]) for series in get(f"{address}/api/v1/query?{query}")["result"]]


@pytest.mark.parametrize(("panel", "expression"), QUERIES)
def test_a_panel_shows_numbers(prometheus: str, panel: str, expression: str) -> None:
    found: list[float] = []
    for _ in waiting():
        with suppress(URLError):
            found = values(prometheus, expression)
        if found and all(map(math.isfinite, found)):
            break
    assert found, panel


def test_both_results_all_jobs_and_one_model_are_seen(prometheus: str) -> None:
    by_result = get(f"{prometheus}/api/v1/query?{urlencode({'query': 'sum by (result) (sentiment_messages_total)'})}")
    assert {s["metric"]["result"]: s["value"][1] for s in by_result["result"]} == {
        "classified": "12",
        "dead_letter": "12",
    }
    assert values(prometheus, 'sum(up{job=~"api|classifier"})') == [2.0]
    assert values(prometheus, "count(count by (version) (sentiment_model_info))") == [1.0]


def test_every_alert_can_be_evaluated_and_none_of_a_service_that_is_down_fires(prometheus: str) -> None:
    groups = get(f"{prometheus}/api/v1/rules")["groups"]
    rules = {rule["name"]: rule for group in groups for rule in group["rules"]}
    assert {name: rule["health"] for name, rule in rules.items()} == dict.fromkeys(rules, "ok")
    assert len(rules) == 11
    silent = ("ServiceDown", "NothingClassifies", "NothingServes", "NothingIsPolled", "ReviewsWait", "ApiFails")
    for name in (*silent, "StartsAgainAndAgain", "TwoModelsInUse"):
        assert rules[name]["state"] == "inactive", name
    assert rules["ManyDeadLetters"]["state"] in ("pending", "firing")  # half of them are
