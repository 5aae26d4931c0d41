"""`sentiment serve` as a process of its own, asked over loopback."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.settings import Settings

START_SECONDS = 60  # compiling the scorer, where it was never compiled before, included
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


@pytest.fixture(scope="module")
def server(models: Path) -> Iterator[Running]:
    with serving(models) as running:
        yield running


def ask(server: Running, body: Any, headers: dict[str, str] = JSON, *, chunked: bool = False) -> tuple[int, Any]:
    with closing(server.connect()) as connection:
        connection.request("POST", "/predict", body, headers, encode_chunked=chunked)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def wait_until(true: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


def listens(server: Running) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((server.host, server.port)) == 0


def test_it_answers_and_is_ready_when_it_says_so(server: Running) -> None:
    with closing(server.connect()) as connection:
        connection.request("GET", "/health/ready")
        assert json.load(connection.getresponse()) == {"status": "ready", "model_version": "tiny-1"}
        connection.request("POST", "/predict?explain=true", REVIEW, JSON)
        answer = json.load(connection.getresponse())
    assert (answer["id"], answer["label"], answer["review"]) == ("1", "positive", json.loads(REVIEW))
    assert answer["because"][0]["term"] == "wonderful"


def test_a_refusal_is_a_problem_on_the_wire_too(server: Running) -> None:
    with closing(server.connect()) as connection:
        connection.request("POST", "/predict", b"{", JSON)
        response = connection.getresponse()
        assert (response.status, response.headers["Content-Type"]) == (400, "application/problem+json")
        assert json.load(response)["code"] == "not_json"


def test_a_chunked_body_is_read_whole(server: Running) -> None:
    chunks = [REVIEW[i : i + 5] for i in range(0, len(REVIEW), 5)]
    status, answer = ask(server, iter(chunks), {**JSON, "Transfer-Encoding": "chunked"}, chunked=True)
    assert (status, answer["label"]) == (200, "positive")


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_is_taken_up_to_the_limit_and_not_cut(server: Running, content_type: str, chunked: bool) -> None:
    headers = {"Content-Type": content_type} | ({"Transfer-Encoding": "chunked"} if chunked else {})
    start = b"text=good&film=" if "form" in content_type else b'{"text": "good"}'
    whole = start + (b"a" if "form" in content_type else b" ") * (Settings.max_body_bytes - len(start))
    for body, expected in ((whole, 200), (whole + b" ", 413)):
        chunks = iter([body[i : i + 65_536] for i in range(0, len(body), 65_536)])
        status, answer = ask(server, chunks if chunked else body, headers, chunked=chunked)
        assert status == expected
    assert answer["code"] == "body_too_large"


def test_deep_nesting_does_not_end_the_process(server: Running) -> None:
    status, answer = ask(server, b'{"text": ' + b"[" * 1_000_000)
    assert (status, answer["code"]) == (400, "not_json")
    assert ask(server, REVIEW)[0] == 200


def test_clients_that_never_send_their_bodies_do_not_keep_others_from_being_answered(server: Running) -> None:
    header = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
    slow = [socket.create_connection((server.host, server.port)) for _ in range(20)]
    try:
        for connection in slow:
            connection.sendall(header)
        assert ask(server, REVIEW)[0] == 200
    finally:
        for connection in slow:
            connection.close()


def get(server: Running, path: str) -> str:
    with closing(server.connect()) as connection:
        connection.request("GET", path)
        return connection.getresponse().read().decode()


def test_the_figures_of_all_workers_are_added_up_and_leave_no_files(models: Path, tmp_path: Path) -> None:
    with serving(models, "--workers", "2", TMPDIR=str(tmp_path)) as running:
        assert wait_until(lambda: len(list(tmp_path.glob("sentiment-metrics-*/gauge_*.db"))) == 2)
        for _ in range(40):  # each on a connection of its own, so that both workers get some
            assert ask(running, REVIEW)[0] == 200
        told = get(running, "/metrics")
        assert 'sentiment_http_requests_total{route="/predict",status="200"} 40.0' in told
        assert "sentiment_probability_count 40.0" in told
        assert re.search(r'sentiment_model_info\{.*version="tiny-1".*\} 1\.0\n', told)
        running.process.terminate()
        assert running.process.wait(timeout=15) == 0
        assert list(tmp_path.iterdir()) == []


def test_one_worker_alone_keeps_its_figures_without_files_and_ends_with_its_parent(
    models: Path, tmp_path: Path
) -> None:
    with serving(models, "--workers", "1", TMPDIR=str(tmp_path)) as running:
        for _ in range(3):
            assert ask(running, REVIEW)[0] == 200
        told = get(running, "/metrics")
        assert 'sentiment_http_requests_total{route="/predict",status="200"} 3.0' in told
        assert "sentiment_probability_count 3.0" in told
        assert list(tmp_path.iterdir()) == []
        running.process.kill()
        assert wait_until(lambda: not listens(running))


def test_keys_from_a_file_are_asked_for(models: Path, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("0123456789abcdef\n")
    with serving(models, SENTIMENT_API_KEYS_FILE=str(tmp_path / "keys")) as running:
        assert ask(running, REVIEW)[0] == 401
        assert ask(running, REVIEW, {**JSON, "Authorization": "Bearer 0123456789abcdef"})[0] == 200


@pytest.mark.parametrize(
    "head",
    [
        b"BREW /predict HTTP/1.1\r\nHost: x",
        b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 0",
        b"GET /%ff%00 HTTP/1.1\r\nHost: x",
        b"GET /predict?explain=%ff HTTP/1.1\r\nHost: x",
        b"POST /predict?explain=%ed%a0%80 HTTP/1.1\r\nHost: x\r\nContent-Length: 0",
        b"GET //evil.example/..%2f HTTP/1.1\r\nHost: x",
        b"GET /nothing HTTP/1.1\r\nHost: x\r\n" + b"\r\n".join(b"X-%d: a" % number for number in range(90)),
        b"GET /nothing HTTP/1.1\r\nHost: a b\xff",
    ],
)
def test_an_odd_request_is_a_problem_and_no_fault_of_ours(server: Running, head: bytes) -> None:
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(head + b"\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert re.match(rb"HTTP/1\.1 4\d\d ", answer), answer
    assert b"content-type: application/problem+json" in answer


def test_a_taken_port_is_one_line(server: Running, models: Path) -> None:
    with run("--port", str(server.port), "--model", str(models)) as second:
        _, error = second.communicate(timeout=START_SECONDS)
    assert second.returncode == 1
    assert re.fullmatch(rf"sentiment: can't listen on 127.0.0.1, port {server.port}: .*--port\n", error)


def test_a_missing_model_is_one_line(tmp_path: Path) -> None:
    with run("--port", "0", "--model", str(tmp_path)) as process:
        output, error = process.communicate(timeout=START_SECONDS)
    assert (process.returncode, output) == (1, "")
    assert re.fullmatch(rf"sentiment: no model in {re.escape(str(tmp_path))}: .*\n", error)


def test_a_damaged_model_is_one_line(models: Path, tmp_path: Path) -> None:
    damaged = Path(shutil.copytree(models, tmp_path / "models"))
    with (damaged / "tiny-1" / "checks.jsonl").open("a", encoding="utf-8") as file:
        file.write(" ")
    with run("--port", "0", "--model", str(damaged)) as process:
        output, error = process.communicate(timeout=START_SECONDS)
    assert (process.returncode, output) == (1, "")
    assert re.fullmatch(r"sentiment: .*checks\.jsonl .*\n", error)


def test_wrong_settings_are_one_line_and_misuse() -> None:
    with run("--workers", "0", SENTIMENT_PORT="http") as process:
        _, error = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 2
    assert re.fullmatch(r"sentiment: --port .*; --workers .*\n", error)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_silently(models: Path, stop: signal.Signals) -> None:
    with serving(models, "--workers", "2") as running:
        assert ask(running, REVIEW)[0] == 200
        running.process.send_signal(stop)
        output, error = running.process.communicate(timeout=15)
        assert (running.process.returncode, output, error) == (0, "", "")
        assert not listens(running)


def test_a_request_under_way_is_still_answered_after_sigterm(models: Path) -> None:
    with serving(models) as running, closing(running.connect()) as connection:
        connection.putrequest("POST", "/predict")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(REVIEW)))
        connection.endheaders(REVIEW[:10])
        time.sleep(0.3)  # so that the server has begun to read it
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.send(REVIEW[10:])
        assert connection.getresponse().status == 200
        assert running.process.wait(timeout=15) == 0


def test_workers_end_and_tidy_up_when_their_parent_is_killed(models: Path, tmp_path: Path) -> None:
    with serving(models, "--workers", "2", TMPDIR=str(tmp_path)) as running:
        assert listens(running)
        running.process.kill()
        assert wait_until(lambda: not listens(running))
        assert wait_until(lambda: list(tmp_path.iterdir()) == [])
