"""The pages about the stream, as Streamlit runs them, with a stream in memory and a classifier at work on it."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from flask import Flask
from streamlit.testing.v1 import AppTest

from streaming.brokers.seam import Reader
from tests.unit.ui.conftest import PATIENCE_SECONDS, MemoryStream, eventually, listening
from tests.unit.ui.opening import ENGLISH, Open, said
from ui.app import follower
from ui.client import Api
from ui.context import Reach
from ui.pages import connection
from ui.pages.live import SHOWN
from ui.settings import Settings
from ui.words import LANGUAGES, words_of


def test_live_shows_results_dead_letters_and_lag(open_page: Open, stream: MemoryStream) -> None:
    app = open_page("live")
    bring(app, stream, b'{"id": 1, "text": "good", "film": "<b>Alien"}', b"awful", b'{"text": 1}', results=2)
    figures = {metric.label: metric.value for metric in app.metric}
    assert (figures[ENGLISH("live.results")], figures[ENGLISH("live.positive")]) == ("2", "50.0%")
    assert figures[ENGLISH("live.dead")] == "1"
    assert {"good", "awful"} == set(app.dataframe[0].value[ENGLISH("column.text")])


def stream_of(app: AppTest, stream: MemoryStream) -> list[object]:
    """What the one reader holds."""
    return list(follower(stream.source()).stream.look(time.time(), 60).latest)


def bring(app: AppTest, stream: MemoryStream, *reviews: bytes, results: int) -> None:
    """Send reviews, have them answered, and run the page once it has read so many results."""
    assert eventually(lambda: stream.opened == 1)
    stream.send(*reviews)
    stream.answer()
    assert eventually(lambda: len(stream_of(app, stream)) == results)
    app.run(timeout=20)


def test_live_filters_by_field_and_says_how_many_are_left(open_page: Open, stream: MemoryStream) -> None:
    app = open_page("live")
    bring(app, stream, *(b'{"text": "good", "film": "%s"}' % film for film in (b"Alien", b"Heat", b"Alien")), results=3)
    app.selectbox(key="live-field").set_value("film").run(timeout=20)
    app.selectbox(key="live-value-film").set_value("Heat").run(timeout=20)
    assert ENGLISH("live.chosen", chosen=1, all=3, share="100.0%") in said(app)
    assert len(app.dataframe[0].value) == 1


def test_a_table_that_has_only_the_newest_results_says_so(open_page: Open, stream: MemoryStream) -> None:
    app = open_page("live")
    assert ENGLISH("live.no_latest") in said(app)
    bring(app, stream, *[b'{"text": "good", "film": "Alien"}'] * (SHOWN + 1), results=SHOWN + 1)
    assert ENGLISH("live.listed", shown=SHOWN) in said(app)
    assert len(app.dataframe[0].value) == SHOWN
    app.toggle(key="live-only-review").set_value(True).run(timeout=20)
    assert ENGLISH("live.none_chosen", all=SHOWN + 1) in said(app)
    assert ENGLISH("live.listed", shown=SHOWN) not in said(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sender_s_field_is_told_apart_from_the_page_s_own_column(
    open_page: Open, stream: MemoryStream, language: str
) -> None:
    words = words_of(language)
    named = words("column.label").upper()
    app = open_page("live", language)
    bring(app, stream, json.dumps({"text": "good", named: "awful", "film": "Alien"}).encode(), results=1)
    (row,) = app.dataframe[0].value.to_dict("records")
    assert (row[words("column.label")], row[words("column.theirs", field=named)]) == (words("label.positive"), "awful")
    assert len({name.strip().casefold() for name in row}) == len(row)
    assert row["film "] == "Alien"


def test_a_language_is_named_in_the_pages_own(open_page: Open, stream: MemoryStream) -> None:
    app = open_page("live", "fr")
    bring(app, stream, b'{"text": "good", "language": "en"}', b'{"text": "good", "language": "de"}', results=2)
    assert set(app.dataframe[0].value["Langue"]) == {"Anglais", "de"}
    assert list(app.selectbox(key="live-language").options) == ["de", "Anglais"]


def test_a_broker_that_has_not_answered_yet_is_not_said_to_be_connected(
    open_page: Open, stream: MemoryStream, reach: Reach
) -> None:
    come = threading.Event()

    def slowly() -> Reader:
        come.wait(PATIENCE_SECONDS)
        return stream.open()

    try:
        told = said(open_page("live", source=replace(reach.source, open=slowly)))
    finally:
        come.set()
    assert ENGLISH("live.connecting") in told
    assert "Connected since" not in told


@pytest.mark.parametrize("page", ["live", "label"])
def test_a_broker_that_is_away_is_said_to_be(open_page: Open, stream: MemoryStream, page: str) -> None:
    stream.away = True
    app = open_page(page)
    assert eventually(lambda: bool(follower(stream.source()).stream.look(0, 1).connection.detail))
    app.run(timeout=20)
    assert "No connection to the stream since" in said(app)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_reader_that_has_ended_is_not_said_to_be_a_broker_that_is_away(open_page: Open, stream: MemoryStream) -> None:
    app = open_page("live")
    stream.cluster = None  # type: ignore[assignment]
    assert eventually(lambda: follower(stream.source()).stream.look(0, 1).connection.ended)
    app.run(timeout=20)
    assert "The page stopped reading the stream" in said(app)


@pytest.mark.parametrize("zone", [None, "", "Etc/Unknown", "+02:00", "../../etc/passwd", "US", "\0"])
def test_a_time_zone_that_is_not_known_is_taken_for_utc(zone: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.st, "context", SimpleNamespace(timezone=zone))
    assert connection.clock_time(3_661) == "01:01:01"


def test_the_time_is_that_of_the_viewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.st, "context", SimpleNamespace(timezone="Asia/Tokyo"))
    assert connection.clock_time(0) == "09:00:00"


def test_two_viewers_share_one_reader(open_page: Open, stream: MemoryStream) -> None:
    open_page("live")
    open_page("live")
    assert eventually(lambda: stream.opened >= 1)
    assert stream.opened == 1


def test_a_label_goes_to_the_api_and_the_review_leaves_the_queue_for_all(
    open_page: Open, stream: MemoryStream, kept: list[tuple[bytes, bytes]]
) -> None:
    app = open_page("label")
    bring(app, stream, b'{"id": "r-1", "text": "good and bad <script>"}', b"without an id of its own", results=2)
    assert "good and bad &lt;script&gt;" in said(app)
    app.button(key="label-negative-r-1").click().run(timeout=20)
    assert [json.loads(value) for _, value in kept] == [{"id": "r-1", "label": "negative"}]
    assert "r-1" not in [seen.id for seen in follower(stream.source()).stream.doubtful()]


def test_a_label_that_the_api_did_not_take_is_said_not_to_be_kept(open_page: Open, stream: MemoryStream) -> None:
    with listening(Flask("gone")) as url:
        pass
    app = open_page("label", api=Api(Settings(url)))
    bring(app, stream, b'{"id": "r-1", "text": "good and bad"}', results=1)
    app.button(key="label-negative-r-1").click().run(timeout=20)
    assert app.toast[0].value.startswith("Not kept")
    assert "good and bad" in said(app)


def test_a_skipped_review_stays_in_the_queue_for_others(open_page: Open, stream: MemoryStream) -> None:
    app = open_page("label")
    bring(app, stream, b'{"id": "r-1", "text": "good and bad"}', results=1)
    app.button(key="label-skip-r-1").click().run(timeout=20)
    assert "good and bad" not in said(app)
    assert ENGLISH("label.empty") in said(app)
    assert "good and bad" in said(open_page("label"))
