"""The pages that ask the API, as Streamlit runs them, in both languages, with the real API behind them."""

from __future__ import annotations

import hashlib
import json

import pytest
import streamlit as st
from flask import Flask
from streamlit.testing.v1 import AppTest

from sentiment.errors import SettingError
from tests.unit.ui.conftest import listening
from tests.unit.ui.opening import ENGLISH, SHOWS, Open, ask, said, whole
from ui.app import follower
from ui.client import Api
from ui.context import Reach
from ui.examples import EXAMPLES
from ui.pages import file
from ui.settings import Settings
from ui.words import LANGUAGES, Words, words_of


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


def test_an_example_can_be_taken_again_after_its_text_was_changed(open_page: Open) -> None:
    app = open_page("try")
    for _ in range(2):
        app.selectbox[0].set_value("en_pan").run(timeout=20)
        assert app.text_area[0].value == EXAMPLES["en_pan"]
        ask(app, "awful")


def test_this_is_wrong_sends_the_other_label(open_page: Open, kept: list[tuple[bytes, bytes]]) -> None:
    app = ask(open_page("try"), "awful")
    (wrong,) = [button for button in app.button if button.label == ENGLISH("feedback.wrong_positive")]
    wrong.click().run(timeout=20)
    digest = "sha256:" + hashlib.sha256(b"awful").hexdigest()
    assert [json.loads(value) for _, value in kept] == [{"id": digest, "label": "positive"}]
    assert app.toast[0].value == ENGLISH("feedback.thanks")


def test_this_is_wrong_is_not_said_of_a_text_that_was_typed_since(
    open_page: Open, kept: list[tuple[bytes, bytes]]
) -> None:
    app = ask(open_page("try"), "awful")
    (wrong,) = [button for button in app.button if button.label == ENGLISH("feedback.wrong_positive")]
    app.text_area[0].input("bad")
    wrong.click().run(timeout=20)
    assert not app.exception
    assert "Negative" in said(app)
    assert kept == []


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
    app = ask(open_page("try", "fr"), "a" * 3_000)
    french = words_of("fr")
    assert [error.value for error in app.error] == [french("refusal.text_too_long")]
    (detail,) = app.expander
    assert detail.label == french("api.detail")
    assert [text.value for text in detail.text] == ["text_too_long: `text` has 3000 characters, the most is 2000"]


def test_a_row_that_the_api_refuses_says_why_in_the_pages_language(open_page: Open) -> None:
    french = words_of("fr")
    app = score(open_page("file", "fr"), "reviews.csv", b"text\ngood\n" + b"a" * 3_000 + b"\n", french)
    bad = app.dataframe[0].value
    assert list(bad[french("column.problem")]) == [french("refusal.text_too_long")]


def test_a_file_is_scored_and_can_be_taken_away(open_page: Open) -> None:
    app = score(open_page("file"), "reviews.csv", b"text,film\ngood,Alien\n,Heat\nawful,Heat\n")
    assert ENGLISH("file.done", version="tiny-1") in said(app)
    assert [metric.value for metric in app.metric] == ["3", "50% (1)", "0% (0)", "1"]
    bad, doubtful = (table.value for table in app.dataframe)
    assert list(bad[ENGLISH("column.row")]) == [2]
    assert list(doubtful[ENGLISH("column.text")]) == ["good", "awful"]
    assert doubtful[ENGLISH("column.confidence")].is_monotonic_increasing
    assert doubtful[ENGLISH("column.confidence")].dtype == float


def score(app: AppTest, name: str, content: bytes, words: Words = ENGLISH) -> AppTest:
    """Upload a file and press the button that scores it."""
    app.file_uploader[0].upload(name, content, "text/csv").run(timeout=20)
    (button,) = [button for button in app.button if button.label == words("file.score")]
    button.click().run(timeout=20)
    assert not app.exception
    return app


def test_a_scored_file_outlives_its_upload_until_the_next_one(open_page: Open) -> None:
    app = score(open_page("file"), "first.csv", b"text\ngood\n")
    app.file_uploader[0].set_value(None).run(timeout=20)  # as it is after a look at another page
    assert "scored-first.csv" in said(app)
    app.file_uploader[0].upload("second.csv", b"text\nawful\n", "text/csv").run(timeout=20)
    assert not app.exception
    assert "scored-first.csv" not in said(app)
    assert file.DONE not in app.session_state


@pytest.mark.parametrize("content", [b"text\n", b"text,film\n,Alien\n"])
def test_a_file_without_a_usable_text_is_not_said_to_be_scored(open_page: Open, content: bytes) -> None:
    told = said(score(open_page("file"), "reviews.csv", content))
    assert ENGLISH("file.nothing") in told
    assert "Scored by" not in told


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_a_file_in_another_encoding_is_told_how_to_be_saved(open_page: Open, encoding: str) -> None:
    told = said(score(open_page("file"), "avis.csv", "text\nun été raté\n".encode(encoding)))
    assert ENGLISH("file.not_utf8") in told
    assert "avis.csv is not UTF-8" in told


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), SettingError("can't write scored.csv")])
def test_a_full_disk_is_said_to_be_one(open_page: Open, error: Exception) -> None:
    def full(*_: object) -> None:
        raise error

    told = said(score(open_page("file", score_file=full), "reviews.csv", b"text\ngood\n"))
    assert ENGLISH("file.unwritable") in told


def test_a_file_that_is_none_is_told_by_its_own_name(open_page: Open) -> None:
    app = score(open_page("file"), "numbers.csv", b"a,b\n1,\xff\n")
    assert ENGLISH("file.unreadable") in said(app)
    assert "numbers.csv is not UTF-8" in said(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_without_a_known_column_is_told_of_the_pages_own_option(open_page: Open, language: str) -> None:
    words = words_of(language)
    app = score(open_page("file", language), "numbers.csv", b"a,b\n1,2\n", words)
    assert words("file.no_text") in said(app)
    assert "numbers.csv: a, b" in said(app)
    assert words("file.options") in words("file.no_text")
    app = score(app, "rows.jsonl", b'{"text": "good"}\n{"verdict": "bad"}\n', words)
    assert "--text" not in said(app) + "".join(app.dataframe[0].value[words("column.problem")])


def test_an_empty_file_is_said_to_be_empty(open_page: Open) -> None:
    assert "reviews.csv: it is empty" in said(score(open_page("file"), "reviews.csv", b""))
