"""What charts say in words: whoever points at one reads the page's language, with units."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from sentiment.evaluation import Bins, Weighed
from sentiment.results import ExplainedTerm
from ui.charts import styling
from ui.charts.evaluation import reliability_chart, strongest_chart
from ui.charts.live import confidence_chart, over_time, rate_chart, share_chart
from ui.charts.styling import AnyChart
from ui.charts.terms import terms_chart
from ui.live.window import Window
from ui.words import LANGUAGES, THIN, WIDE, Words, words_of

NOW = 1_700_000_000


def charts(words: Words) -> list[AnyChart]:
    window = Window()
    window.add_result(NOW - 1, 0.62, False)
    last = window.last(NOW, 60)
    table = over_time(last, NOW, NOW - 60)
    return [
        rate_chart(table, words),
        share_chart(table, words),
        confidence_chart(last, words),
        terms_chart([ExplainedTerm("good", 1.0, ((0, 4),), True)], words),
        strongest_chart([Weighed("good", 1.0, 12)], words),
        reliability_chart({"v1": Bins((0.2,), (0.3,), (9,))}, ["v1"], words),
    ]


def tooltips(spec: Any) -> Iterator[Any]:
    """Each field that a chart or one of its layers tells of the mark that is pointed at."""
    if isinstance(spec, dict):
        yield from spec.get("encoding", {}).get("tooltip", [])
        for layer in spec.get("layer", []):
            yield from tooltips(layer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_pointed_at_is_named_in_the_pages_language(language: str) -> None:
    words = words_of(language)
    for chart in charts(words):
        found = list(tooltips(chart.to_dict()))
        assert found
        assert [each.get("title") in words.all.values() for each in found] == [True] * len(found), found


def test_a_bar_of_confidence_tells_its_label_and_its_confidence() -> None:
    told = [
        row["confidence"] for row in confidence_chart(Window().last(NOW, 60), words_of("en")).data.to_dict("records")
    ]
    assert (told[0], told[9], told[10], told[19]) == (
        "Negative, 95% – 100%",
        "Negative, 50% – 55%",
        "Positive, 50% – 55%",
        "Positive, 95% – 100%",
    )


def test_french_charts_write_numbers_as_the_french_page_does() -> None:
    number = charts(words_of("fr"))[0].to_dict()["config"]["locale"]["number"]
    assert (number["decimal"], number["thousands"], number["percent"]) == (",", THIN, f"{WIDE}%")


@pytest.mark.parametrize(("theme", "background"), [("light", "#ffffff"), ("dark", "#10151c")])
def test_what_a_chart_says_can_be_read(theme: str, background: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(styling.st, "context", SimpleNamespace(theme=SimpleNamespace(type=theme)))
    for chart in charts(words_of("en")):
        config = chart.to_dict()["config"]
        inks = [config["text"]["color"], *config["axis"].values(), *config["legend"].values()]
        assert min(contrast(ink, background) for ink in inks) >= 4.5


def contrast(one: str, other: str) -> float:
    """That of two colours, from 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_axis_of_a_stream_without_results_is_one() -> None:
    last, words = Window().last(NOW, 60), words_of("en")
    rates = [rate_chart(over_time(last, NOW, begun), words) for begun in (NOW - 60, math.inf)]
    for chart in (*rates, confidence_chart(last, words)):
        assert chart.to_dict()["encoding"]["y"]["scale"]["domain"] == [0, 1]


@pytest.mark.parametrize(
    ("seconds", "begun", "rates"),
    [
        (60, NOW - 20.5, [None] * 38 + [0.0] * 20 + [3.0]),
        (60, NOW - 3600, [0.0] * 58 + [3.0]),
        (60, math.inf, [None] * 59),
        (300, NOW - 10, [None] * 56 + [0.0, 0.0, 3 / 4]),  # slices of four seconds
        (300, NOW - 2, [None] * 58 + [3 / 2]),
    ],
)
def test_no_rate_is_drawn_of_the_time_before_the_page_was_connected(
    seconds: int, begun: float, rates: list[float | None]
) -> None:
    window = Window()
    for _ in range(3):
        window.add_result(NOW - 1, 0.62, False)
    table = over_time(window.last(NOW, seconds), NOW, begun)
    assert [None if math.isnan(rate) else rate for rate in table["rate"].tail(59)] == rates
