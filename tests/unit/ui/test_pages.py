"""Every page as Streamlit runs it, in both languages, with the real API behind it and a stream in memory."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from flask import Flask
from streamlit.testing.v1 import AppTest

from api.app import create_app
from api.settings import Settings as ApiSettings
from sentiment import Classifier
from tests.evaluated import write_evaluated_model
from tests.tiny import write_tiny_model
from tests.unit.ui.conftest import MemoryStream, eventually, listening
from ui.app import follower
from ui.client import Api
from ui.context import Reach
from ui.examples import EXAMPLES
from ui.pages import file, label, live, model, try_it
from ui.settings import Settings
from ui.words import LANGUAGES, words_of

SHOWS = {"try": try_it.show, "file": file.show, "live": live.show, "label": label.show, "model": model.show}
ENGLISH = words_of("en")


# AppTest writes a function's source to a file of its own: it has no other names than builtins and its own imports.


def whole(reach: object) -> None:
    from ui.app import main
    from ui.context import Reach

    assert isinstance(reach, Reach)
    main(reach)


def one(reach: object, page: str, language: str) -> None:
    from tests.unit.ui.test_pages import SHOWS
    from ui.app import follower
    from ui.context import Context, Reach
    from ui.words import words_of

    assert isinstance(reach, Reach)
    SHOWS[page](Context(words_of(language), reach, follower(reach.source)))


Open = Callable[..., AppTest]


@pytest.fixture
def open_page(reach: Reach) -> Iterator[Open]:
    """A function that runs one page for a new viewer; the reader that it made is stopped at the end."""
    st.cache_resource.clear()
    given = {"reach": reach}

    def run(page: str, language: str = "en", **changes: object) -> AppTest:
        given["reach"] = replace(reach, **changes)  # type: ignore[arg-type]
        app = AppTest.from_function(one, kwargs={"reach": given["reach"], "page": page, "language": language})
        app.run(timeout=20)
        assert not app.exception
        return app

    yield run
    follower(given["reach"].source).stop()
    st.cache_resource.clear()


def said(app: AppTest) -> str:
    """All that the page says in its own elements, HTML included."""
    kinds = ("markdown", "caption", "error", "warning", "info", "success", "text", "title", "header", "subheader")
    told = [str(element.value) for kind in kinds for element in app.get(kind)]
    return "\n".join(told + [element.proto.body for element in app.get("html")])


def ask(app: AppTest, text: str) -> AppTest:
    app.text_area[0].input(text).run(timeout=20)
    assert not app.exception
    return app


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", SHOWS)
def test_each_page_opens_in_each_language(open_page: Open, page: str, language: str) -> None:
    assert said(open_page(page, language))


def test_the_app_begins_with_the_first_page_and_switches_its_language(reach: Reach) -> None:
    st.cache_resource.clear()
    app = AppTest.from_function(whole, kwargs={"reach": reach}).run(timeout=20)
    assert not app.exception
    assert app.title[0].value == ENGLISH("try.title")
    app.segmented_control(key="language").set_value("fr").run(timeout=20)
    assert app.title[0].value == words_of("fr")("try.title")
    follower(reach.source).stop()
    st.cache_resource.clear()


def test_a_review_is_answered_with_what_the_api_says(open_page: Open) -> None:
    app = ask(open_page("try"), "a wonderful film, not bad")
    assert "Positive" in said(app)
    assert '<mark class="for"' in said(app)
    assert "tiny-1" in said(app)
    table = app.dataframe[0].value
    assert list(table[ENGLISH("column.term")])[:2] == ["not bad", "wonderful"]


def test_an_unsure_answer_says_so_in_words(open_page: Open) -> None:
    assert ENGLISH("try.unsure") in said(ask(open_page("try"), "the plot and the cast and ! the end"))
    assert ENGLISH("try.unsure") not in said(ask(open_page("try"), "wonderful"))


def test_a_text_that_the_model_does_not_know_is_said_to_be_one(open_page: Open) -> None:
    assert ENGLISH("try.strange") in said(ask(open_page("try"), "zzz yyy xxx"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_fills_the_review(open_page: Open, name: str) -> None:
    app = open_page("try")
    app.selectbox[0].set_value(name).run(timeout=20)
    assert app.text_area[0].value == EXAMPLES[name]
    assert ENGLISH("try.why") in said(app)


def test_this_is_wrong_sends_the_other_label(open_page: Open, kept: list[tuple[bytes, bytes]]) -> None:
    app = ask(open_page("try"), "awful")
    (wrong,) = [button for button in app.button if button.label == ENGLISH("feedback.wrong_positive")]
    wrong.click().run(timeout=20)
    digest = "sha256:" + hashlib.sha256(b"awful").hexdigest()
    assert [json.loads(value) for _, value in kept] == [{"id": digest, "label": "positive"}]
    assert app.toast[0].value == ENGLISH("feedback.thanks")


@pytest.mark.parametrize("page", ["try", "model"])
def test_without_the_api_there_is_no_answer_and_the_page_says_why(open_page: Open, page: str) -> None:
    with listening(Flask("gone")) as url:
        pass
    app = open_page(page, api=Api(Settings(url)))
    if page == "try":
        ask(app, "wonderful")
    assert ENGLISH("api.unreachable", address=url) in said(app)
    assert "Positive" not in said(app)
    assert "<mark" not in said(app)


def test_a_refusal_is_told_in_the_pages_language(open_page: Open) -> None:
    assert words_of("fr")("refusal.text_too_long") in said(ask(open_page("try", "fr"), "a" * 3_000))


def test_a_file_is_scored_and_can_be_taken_away(open_page: Open) -> None:
    app = open_page("file")
    app.file_uploader[0].upload("reviews.csv", b"text,film\ngood,Alien\n,Heat\nawful,Heat\n", "text/csv").run(
        timeout=20
    )
    (score,) = [button for button in app.button if button.label == ENGLISH("file.score")]
    score.click().run(timeout=20)
    assert not app.exception
    assert ENGLISH("file.done", version="tiny-1") in said(app)
    assert [metric.value for metric in app.metric] == ["3", "50% (1)", "0% (0)", "1"]
    bad, doubtful = (table.value for table in app.dataframe)
    assert list(bad[ENGLISH("column.row")]) == [2]
    assert list(doubtful[ENGLISH("column.text")]) == ["good", "awful"]


def test_a_file_that_is_none_is_told_by_its_own_name(open_page: Open) -> None:
    app = open_page("file")
    app.file_uploader[0].upload("numbers.csv", b"a,b\n1,2\n", "text/csv").run(timeout=20)
    app.button[0].click().run(timeout=20)
    assert ENGLISH("file.unreadable") in said(app)
    assert "numbers.csv: no column with the text" in said(app)


def test_live_shows_results_dead_letters_and_lag(open_page: Open, stream: MemoryStream) -> None:
    app = open_page("live")
    assert eventually(lambda: stream.opened == 1)
    stream.send(b'{"id": 1, "text": "good", "film": "<b>Alien"}', b"awful", b'{"text": 1}')
    stream.answer()
    assert eventually(lambda: len(stream_of(app, stream)) == 2)
    app.run(timeout=20)
    figures = {metric.label: metric.value for metric in app.metric}
    assert (figures[ENGLISH("live.results")], figures[ENGLISH("live.positive")]) == ("2", "50.0%")
    assert figures[ENGLISH("live.dead")] == "1"
    assert {"good", "awful"} == set(app.dataframe[0].value[ENGLISH("column.text")])


def stream_of(app: AppTest, stream: MemoryStream) -> list[object]:
    """What the one reader holds."""
    return list(follower(stream.source()).stream.look(time.time(), 60).latest)


def test_live_filters_by_field_and_says_how_many_are_left(open_page: Open, stream: MemoryStream) -> None:
    app = open_page("live")
    assert eventually(lambda: stream.opened == 1)
    stream.send(*(b'{"text": "good", "film": "%s"}' % film for film in (b"Alien", b"Heat", b"Alien")))
    stream.answer()
    assert eventually(lambda: len(stream_of(app, stream)) == 3)
    app.run(timeout=20)
    app.selectbox(key="live-field").set_value("film").run(timeout=20)
    app.selectbox(key="live-value-film").set_value("Heat").run(timeout=20)
    assert ENGLISH("live.chosen", chosen=1, all=3, share="100.0%") in said(app)
    assert len(app.dataframe[0].value) == 1


def test_a_broker_that_is_away_is_said_to_be(open_page: Open, stream: MemoryStream) -> None:
    stream.away = True
    app = open_page("live")
    assert eventually(lambda: bool(follower(stream.source()).stream.look(0, 1).connection.detail))
    app.run(timeout=20)
    assert "The broker does not answer since" in said(app)


def test_two_viewers_share_one_reader(open_page: Open, stream: MemoryStream) -> None:
    open_page("live")
    open_page("live")
    assert eventually(lambda: stream.opened >= 1)
    assert stream.opened == 1


def test_a_label_goes_to_the_api_and_the_review_leaves_the_queue_for_all(
    open_page: Open, stream: MemoryStream, kept: list[tuple[bytes, bytes]]
) -> None:
    app = open_page("label")
    assert eventually(lambda: stream.opened == 1)
    stream.send(b'{"id": "r-1", "text": "good and bad <script>"}', b"without an id of its own")
    stream.answer()
    assert eventually(lambda: len(stream_of(app, stream)) == 2)
    app.run(timeout=20)
    assert "good and bad &lt;script&gt;" in said(app)
    app.button(key="label-negative-r-1").click().run(timeout=20)
    assert [json.loads(value) for _, value in kept] == [{"id": "r-1", "label": "negative"}]
    assert "r-1" not in [seen.id for seen in follower(stream.source()).stream.doubtful()]


def test_a_skipped_review_stays_in_the_queue_for_others(open_page: Open, stream: MemoryStream) -> None:
    app = open_page("label")
    assert eventually(lambda: stream.opened == 1)
    stream.send(b'{"id": "r-1", "text": "good and bad"}')
    stream.answer()
    assert eventually(lambda: len(stream_of(app, stream)) == 1)
    app.run(timeout=20)
    app.button(key="label-skip-r-1").click().run(timeout=20)
    assert "good and bad" not in said(app)
    assert "good and bad" in said(open_page("label"))


def test_the_model_page_compares_with_another_version(open_page: Open, tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "models", "tiny-0")
    write_tiny_model(tmp_path / "models", "tiny-1")
    app = open_page("model", models=tmp_path / "models")
    app.selectbox(key="model-compare").set_value("tiny-0").run(timeout=20)
    assert not app.exception
    assert [header.value for header in app.subheader][:2] == ["tiny-1", "tiny-0"]


def test_the_model_page_shows_all_that_training_saw(open_page: Open, tmp_path: Path) -> None:
    write_evaluated_model(tmp_path / "models")
    with listening(create_app(Classifier.load(tmp_path / "models"), ApiSettings())) as url:
        app = open_page("model", models=tmp_path / "models", api=Api(Settings(url)))
    told = said(app)
    assert ENGLISH("model.warning", warning="40 texts are few") in told
    assert len(app.get("vega_lite_chart")) == 4 + 1  # confusion, reliability, ROC, precision; the terms of one language
    assert "a film &lt;b&gt;that" in told
    scores, behaviour, data = (table.value for table in app.dataframe)
    assert list(scores.columns) == ["Measure", "All rows (40)", "English (40)"]
    assert list(behaviour["Passed"]) == ["3 / 4", "0 / 2"]
    assert dict(zip(data["Setting"], data["evaluated-1"], strict=True)) == {"cleaning.rows": "44", "penalty": "100.0"}


def test_a_damaged_version_is_said_to_be_one(open_page: Open, tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "models", "tiny-0")
    (tmp_path / "models" / "tiny-0" / "model.json").write_text("{", "utf-8")
    app = open_page("model", models=tmp_path / "models")
    app.selectbox(key="model-compare").set_value("tiny-0").run(timeout=20)
    assert ENGLISH("model.damaged", version="tiny-0") in said(app)
