"""The endpoint, asked over HTTP."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, Gauge, Metric
from prometheus_client.registry import Collector

from sentiment import Classifier
from sentiment.errors import ServiceError
from streaming.endpoint import READY_SECONDS, Quiet, serving
from streaming.metrics import POLLED, StreamMetrics


def get(port: int, path: str, host: str = "127.0.0.1") -> tuple[int, str]:
    try:
        with urlopen(f"http://{host}:{port}{path}", timeout=10) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_worker_is_ready_once_it_has_polled(classifier: Classifier) -> None:
    registry = CollectorRegistry()
    with serving(registry, "127.0.0.1", 0) as port:
        assert (get(port, "/health/live")[0], get(port, "/health/ready")[0]) == (200, 503)
        metrics = StreamMetrics(classifier, registry)
        assert get(port, "/health/ready")[0] == 503
        metrics.polled({("reviews", 0): 7})
        assert get(port, "/health/ready") == (200, "OK\n")
        assert 'sentiment_consumer_lag_messages{partition="0",topic="reviews"} 7.0' in get(port, "/metrics")[1]


def test_what_will_be_counted_is_told_before_the_first_batch(classifier: Classifier) -> None:
    """Prometheus takes a counter that it has not seen before for one that did not grow."""
    registry = CollectorRegistry()
    StreamMetrics(classifier, registry)
    for result in ("classified", "dead_letter"):
        assert registry.get_sample_value("sentiment_messages_total", {"result": result}) == 0
    assert registry.get_sample_value("sentiment_dead_letters_total", {"reason": "not_utf8"}) == 0


def test_a_worker_that_has_not_come_back_to_poll_is_not_ready() -> None:
    registry = CollectorRegistry()
    Gauge(POLLED, "as of a stuck worker", registry=registry).set(time.time() - READY_SECONDS - 1)
    with serving(registry, "127.0.0.1", 0) as port:
        assert get(port, "/health/ready")[0] == 503


def test_who_says_nothing_is_hung_up_on(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(Quiet, "timeout", 0.2)
    with serving(CollectorRegistry(), "127.0.0.1", 0) as port:
        for said in (b"", b"GET /metrics HT"):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as silent:
                silent.sendall(said)
                assert silent.recv(1) == b""
        assert get(port, "/health/live")[0] == 200
    assert capfd.readouterr().err == ""


def test_a_process_is_live_though_its_figures_can_not_be_told(capfd: pytest.CaptureFixture[str]) -> None:
    class Broken(Collector):
        def collect(self) -> Iterable[Metric]:
            raise OSError("the disk is gone")

    registry = CollectorRegistry()
    with serving(registry, "127.0.0.1", 0) as port:
        registry.register(Broken())
        assert (get(port, "/health/live")[0], get(port, "/health/ready")[0]) == (200, 500)
    assert "the disk is gone" in capfd.readouterr().err


def test_there_is_nothing_else(classifier: Classifier) -> None:
    with serving(CollectorRegistry(), "127.0.0.1", 0) as port:
        assert get(port, "/")[0] == 404


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no IPv6 here")
def test_it_listens_on_an_address_of_ipv6_too() -> None:
    with serving(CollectorRegistry(), "::1", 0) as port:
        assert get(port, "/health/live", "[::1]")[0] == 200


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServiceError, match=str(port)), serving(CollectorRegistry(), "127.0.0.1", port):
            pytest.fail("two servers on one port")
