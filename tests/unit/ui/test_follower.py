"""One thread reads for all; the broker may go and come back."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from sentiment.errors import ServiceError
from tests.unit.ui.conftest import MemoryStream, eventually
from ui.live import follower as module
from ui.live.follower import Follower
from ui.live.stream import Look


def look(follower: Follower) -> Look:
    return follower.stream.look(time.time(), 60)


def results(follower: Follower) -> int:
    return int(look(follower).last.results.sum())


def test_it_shows_what_is_answered_from_now_on(stream: MemoryStream, follower: Follower) -> None:
    stream.send(b'{"id": 1, "text": "good", "film": "Alien"}', b'{"text": 1}', b"bad")
    stream.answer()
    assert eventually(lambda: results(follower) == 2)
    assert eventually(lambda: look(follower).last.reasons == {"text_not_a_string": 1})
    assert {seen.fields.get("film") for seen in look(follower).latest} == {"Alien", None}


def test_it_tells_how_many_reviews_wait(stream: MemoryStream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ASK_SECONDS", 0.05)
    stream.send(b"good", b"bad", b"great")
    follower = Follower(stream.source())
    try:
        assert eventually(lambda: look(follower).connection.waiting == 3)
        stream.answer()
        assert eventually(lambda: look(follower).connection.waiting == 0)
    finally:
        follower.stop()


def test_it_says_that_the_broker_is_away_and_goes_on_when_it_is_back(
    stream: MemoryStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASK_SECONDS", 0.05)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.05)
    follower = Follower(stream.source())
    try:
        assert eventually(lambda: look(follower).connection.waiting is not None)
        stream.away = True
        assert eventually(lambda: look(follower).connection.detail == "the broker is away")
        stream.away = False
        assert eventually(lambda: look(follower).connection.waiting is not None)
        stream.send(b"good")
        stream.answer()
        assert eventually(lambda: results(follower) == 1)
    finally:
        follower.stop()


def test_the_number_that_waits_is_asked_for_now_and_then_and_what_comes_is_read_though_nobody_tells_it(
    stream: MemoryStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASK_SECONDS", 60.0)
    asked = []

    def waiting() -> int:
        asked.append(time.time())
        raise ServiceError("no answer in time")

    follower = Follower(replace(stream.source(), waiting=waiting))
    try:
        assert eventually(lambda: look(follower).connection.detail == "no answer in time")
        stream.send(b"good")
        stream.answer()
        assert eventually(lambda: results(follower) == 1)
    finally:
        follower.stop()
    assert (len(asked), stream.opened) == (1, 1)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_reader_that_breaks_is_not_shown_as_connected(stream: MemoryStream, follower: Follower) -> None:
    stream.cluster = None  # type: ignore[assignment]
    assert eventually(lambda: look(follower).connection.ended)
    assert look(follower).connection.detail == module.ENDED


def test_a_broker_that_is_away_at_the_start_is_waited_for(
    stream: MemoryStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.05)
    stream.away = True
    follower = Follower(stream.source())
    try:
        assert eventually(lambda: look(follower).connection.detail != "")
        stream.away = False
        assert eventually(lambda: stream.opened == 1)
    finally:
        follower.stop()
