"""A worker's, or a supervisor's, small HTTP endpoint: /health/live, /health/ready, /metrics."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

from sentiment.errors import ServiceError
from streaming.metrics import POLLED

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

READY_SECONDS = 60  # a worker that has not polled for so long is stuck, or its broker is away


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Server6(Server):
    """For an address of IPv6."""

    address_family = socket.AF_INET6


class Quiet(WSGIRequestHandler):
    timeout = 10.0  # seconds: who connects and says nothing must not hold a thread

    def handle(self) -> None:
        with suppress(TimeoutError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """A probe every few seconds is not worth a line."""


@contextmanager
def serving(registry: CollectorRegistry, host: str, port: int) -> Iterator[int]:
    """Serve until the context is left; gives the port, which is a free one where 0 was asked for."""
    try:
        server = make_server(host, port, endpoint(registry), Server6 if ":" in host else Server, Quiet)
    except OSError as error:
        raise ServiceError(f"can't listen on {host}, port {port}: {error.strerror}; choose another port") from error
    with server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


def endpoint(registry: CollectorRegistry) -> WSGIApplication:
    metrics: WSGIApplication = make_wsgi_app(registry)

    def answer(environment: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environment["PATH_INFO"]
        if path == "/metrics":
            return metrics(environment, start)
        if path == "/health/ready":
            status = _readiness(registry)
        else:
            status = HTTPStatus.OK if path == "/health/live" else HTTPStatus.NOT_FOUND
        start(f"{status.value} {status.phrase}", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{status.phrase}\n".encode()]

    return answer


def _readiness(registry: CollectorRegistry) -> HTTPStatus:
    """Ready once all running workers poll: a worker does so only with a verified model."""
    polled = registry.get_sample_value(POLLED)
    late = not polled or time.time() - polled > READY_SECONDS
    return HTTPStatus.SERVICE_UNAVAILABLE if late else HTTPStatus.OK
