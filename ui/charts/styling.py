"""What all charts share: the two sides' colours, and numbers as the language writes them."""

from __future__ import annotations

from typing import TypeAlias

import altair as alt

from ui.words import THIN, Words

AnyChart: TypeAlias = alt.Chart | alt.LayerChart

POSITIVE, NEGATIVE, NEUTRAL = "#2563eb", "#ea580c", "#737f8c"
SERIES = (POSITIVE, NEGATIVE, "#0d9488")  # of lines, which differ in dash too
DASHES = ((1, 0), (6, 3), (2, 2))


def styled(chart: AnyChart, words: Words) -> AnyChart:
    """The chart with numbers as the language writes them."""
    if words.language == "fr":
        number = alt.NumberLocale(decimal=",", thousands=THIN, grouping=[3], currency=["", f"{THIN}€"])
        chart.config = alt.Config(locale=alt.Locale(number=number))
    return chart
