"""Both languages say the same things, and every thing that the page says is there."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from sentiment.behaviour import read_cases
from ui.examples import EXAMPLES
from ui.words import LANGUAGES, THIN, WIDE, first_language, words_of

UI = Path(__file__).parents[3] / "ui"
CALLS = re.compile(r"""words\(\s*f?"([a-z_]+\.[a-z_0-9{}.]+)""")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_the_same_places_to_fill() -> None:
    english, french = ({key: places(text) for key, text in words_of(name).all.items()} for name in LANGUAGES)
    assert english == french


def test_all_that_the_code_asks_for_is_there() -> None:
    asked = {key for path in UI.rglob("*.py") for key in CALLS.findall(path.read_text("utf-8"))}
    plain = {key for key in asked if "{" not in key}
    assert len(plain) > 80
    assert plain <= words_of("en").all.keys()


def test_each_example_has_a_name() -> None:
    assert {f"example.{name}" for name in EXAMPLES} <= words_of("en").all.keys()


def test_each_capability_that_is_tried_has_a_name() -> None:
    assert {f"capability.{case.capability}" for case in read_cases()} <= words_of("en").all.keys()


@pytest.mark.parametrize(
    ("browser", "language"), [("fr-CA", "fr"), ("fr", "fr"), ("en-US", "en"), ("de-DE", "en"), (None, "en")]
)
def test_the_browsers_language_comes_first(browser: str | None, language: str) -> None:
    assert first_language(browser) == language


def test_numbers_are_written_as_the_language_writes_them() -> None:
    english, french = words_of("en"), words_of("fr")
    assert (english.number(12345.6, 1), english.percent(0.973, 1)) == ("12,345.6", "97.3%")
    assert (french.number(12345.6, 1), french.percent(0.973, 1)) == (f"12{THIN}345,6", f"97,3{WIDE}%")
    assert (english.signed(-1.5), french.signed(1.5)) == ("−1.50", "+1,50")
    assert (english.tiny(2.2e-16), french.tiny(2.2e-16), english.tiny(0.0)) == ("2.2e-16", "2,2e-16", "0")


def test_a_moment_is_written_as_the_language_writes_it() -> None:
    english, french = words_of("en"), words_of("fr")
    created = "2026-11-24T12:51:32+01:00"
    assert (english.moment(created), french.moment(created)) == ("2026-11-24 11:51 UTC", "24/11/2026 à 11:51 UTC")
    assert english.moment("long ago") == "long ago"


def test_french_has_no_space_before_its_marks_where_a_line_may_break() -> None:
    broken = re.compile(r" [:;?!»]|« |\d %")
    assert [key for key, text in words_of("fr").all.items() if broken.search(text)] == []
