"""What all charts share: the two sides' colours, and numbers as the language writes them."""

from __future__ import annotations

from typing import TypeAlias

import altair as alt
import streamlit as st

from ui.words import THIN, WIDE, Words

AnyChart: TypeAlias = alt.Chart | alt.LayerChart

POSITIVE, NEGATIVE, NEUTRAL = "#2563eb", "#ea580c", "#737f8c"
SERIES = (POSITIVE, NEGATIVE, "#0d9488")  # of lines, which differ in dash too
DASHES = ((1, 0), (6, 3), (2, 2))


def styled(chart: AnyChart, words: Words) -> AnyChart:
    """The chart with words and figures in an ink that can be read, and figures as the language writes them."""
    faint = faint_ink()
    config = alt.Config(
        text=alt.MarkConfig(color=ink()),
        axis=alt.AxisConfig(labelColor=faint, titleColor=faint),
        legend=alt.LegendConfig(labelColor=faint, titleColor=faint),
    )
    if words.language == "fr":
        number = alt.NumberLocale(
            decimal=",", thousands=THIN, grouping=[3], currency=["", f"{WIDE}€"], percent=f"{WIDE}%"
        )
        config.locale = alt.Locale(number=number)
    chart.config = config
    return chart


def ink() -> str:
    """What can be read on the viewer's background; Streamlit's own theme leaves text in charts black."""
    return "#e8edf3" if _dark() else "#1b2430"


def faint_ink() -> str:
    """That of captions, for axes; the grey of Streamlit's own theme has a contrast of 3.7 to 1 on white."""
    return "#a9b4c0" if _dark() else "#4b5563"


def _dark() -> bool:
    return st.context.theme.type == "dark"
