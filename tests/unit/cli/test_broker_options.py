"""The verbs about Kafka where no broker is: their errors name the way out."""

from __future__ import annotations

import socket
from typing import Any, NoReturn

import pytest
from click.testing import CliRunner

from cli import broker_options
from cli.demo.preparing import free_port
from cli.main import cli
from sentiment.errors import ServiceError

VERBS = [
    *(["consume"], ["produce", "-"], ["stream"], ["topics"], ["stream", "--create-topics"]),
    *(["dlq", "list"], ["dlq", "show", "dlq.reviews-0-1"], ["dlq", "replay"]),
]


class Unreachable:
    """A cluster that refuses whatever it is asked."""

    def __getattr__(self, asked: str) -> Any:
        return self.refuse

    def refuse(self, *_: object) -> NoReturn:
        raise ServiceError("asking the broker failed")


@pytest.fixture(autouse=True)
def _unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_options, "cluster", lambda *_: Unreachable())


def error_of(verb: list[str], servers: str) -> str:
    result = CliRunner().invoke(cli, verb, input="good\n", env={"KAFKA_BOOTSTRAP_SERVERS": servers})
    assert isinstance(result.exception, ServiceError)
    return str(result.exception)


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_where_nobody_listens_the_error_names_the_way_out(verb: list[str]) -> None:
    with socket.socket() as bound:  # does not listen, and nobody else can take its port
        bound.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{bound.getsockname()[1]}"
        assert error_of(verb, nobody) == (
            f"asking the broker failed; no broker answers ({nobody}: Connection refused): name one with "
            "--bootstrap-servers or KAFKA_BOOTSTRAP_SERVERS, or start one with `sentiment kafka start`"
        )


def test_where_somebody_listens_the_error_is_as_it_was() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        servers = f"127.0.0.1:{free_port(0)},127.0.0.1:{listening.getsockname()[1]}"
        assert error_of(["consume"], servers) == "asking the broker failed"


@pytest.mark.parametrize("verb", [["consume"], ["dlq", "replay"]], ids=" ".join)
def test_no_time_is_less_than_none(verb: list[str]) -> None:
    result = CliRunner().invoke(cli, [*verb, "--idle", "-1"])
    assert result.exit_code == 2
    assert "-1.0 is not in the range x>=0" in result.stderr
