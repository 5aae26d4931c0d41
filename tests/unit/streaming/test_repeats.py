"""What is logged of a broker that is away."""

from __future__ import annotations

import logging

import pytest

from streaming.brokers import repeats
from streaming.brokers.clients import open_cluster
from streaming.settings import CLIENTS, Connection, Limits


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> logging.Logger:
    """That of librdkafka, as a worker has it."""
    open_cluster(CLIENTS[0], Connection(), Limits())
    monkeypatch.setattr(repeats.REPEATS, "_told", {})
    return logging.getLogger("confluent_kafka")


def test_an_attempt_to_connect_is_not_told_of_each_time(log: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(100):
        log.error("FAIL: connect to %s failed (after %dms in state CONNECT)", "kafka:9092", number)
        log.error("FAIL: connect to %s failed (after %dms in state CONNECT)", "other:9092", number)
    assert len(caplog.records) == 2


def test_it_is_told_of_again_after_a_while(
    log: logging.Logger, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "REPEAT_SECONDS", 0.0)
    for _ in range(3):
        log.error("FAIL")
    assert len(caplog.records) == 3
