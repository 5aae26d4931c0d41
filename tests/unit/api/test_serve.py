"""`sentiment serve` as a process of its own, asked over loopback."""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api.settings import Settings
from tests.unit.api.serving import JSON, REVIEW, START_SECONDS, Running, ask, run, serving


@pytest.fixture(scope="module")
def server(models: Path) -> Iterator[Running]:
    with serving(models) as running:
        yield running


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


@pytest.mark.parametrize(
    ("content_type", "chunked"),
    [("application/json", True), ("application/json", False), ("application/x-www-form-urlencoded", False)],
)
def test_a_body_is_taken_up_to_the_limit_and_not_cut(server: Running, content_type: str, chunked: bool) -> None:
    headers = {"Content-Type": content_type} | ({"Transfer-Encoding": "chunked"} if chunked else {})
    start = b"text=good&film=" if "form" in content_type else b'{"text": "good"}'
    whole = start + (b"a" if "form" in content_type else b" ") * (Settings.max_body_bytes - len(start))
    for body, expected in ((whole, 200), (whole + b" ", 413)):
        chunks = iter([body[i : i + 65_536] for i in range(0, len(body), 65_536)])
        status, answer = ask(server, chunks if chunked else body, headers, chunked=chunked)
        assert status == expected
    assert answer["code"] == "body_too_large"


@pytest.mark.parametrize(("kind", "start"), [("x-www-form-urlencoded", b"text=not+g"), ("json", b'{"text": "not g')])
def test_a_body_that_ends_early_is_no_review(server: Running, kind: str, start: bytes) -> None:
    header = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/{kind}\r\nContent-Length: 99\r\n\r\n"
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(header.encode() + start)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("content_type", "start"),
    [
        ("application/json", b'{"text": "not g'),
        ("application/x-www-form-urlencoded", b"text=not+g"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nnot g'),
    ],
)
def test_a_chunked_body_that_is_cut_is_no_review(server: Running, content_type: str, start: bytes) -> None:
    header = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(header.encode() + b"%x\r\n%s\r\n" % (len(start), start))
        connection.shutdown(socket.SHUT_WR)
        assert re.match(rb"HTTP/1\.1 4(00|11) ", connection.recv(65_536))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (JSON, 413),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 413),
        ({"Content-Type": "text/csv"}, 415),
        ({**JSON, "Content-Encoding": "gzip"}, 415),
    ],
)
def test_who_sends_far_too_much_sees_the_refusal(server: Running, headers: dict[str, str], status: int) -> None:
    assert ask(server, b"a" * (12 << 20), headers)[0] == status


@pytest.mark.parametrize(("length", "told"), [(9, b"HTTP/1.1 100 "), (Settings.max_body_bytes + 1, b"HTTP/1.1 413 ")])
def test_who_asks_before_sending_too_much_is_not_told_to_go_on(server: Running, length: int, told: bytes) -> None:
    header = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(header.encode() + b"Expect: 100-continue\r\n\r\n")
        assert connection.recv(65_536).startswith(told)


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
