"""The terms of one review, for and against."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from sentiment.results import Explained, ExplainedTerm
from ui.charts.styling import NEGATIVE, POSITIVE, AnyChart, styled
from ui.words import Words

MOST = 14


def terms_chart(terms: Sequence[ExplainedTerm], words: Words) -> AnyChart:
    """The strongest terms: bars to the right speak for positive, bars to the left against it."""
    strongest = sorted(terms, key=lambda term: -abs(term.weight))[:MOST]
    rows = [{"term": term.term, "weight": term.weight} for term in sorted(strongest, key=lambda term: -term.weight)]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("term:N", sort=None, title=None, axis=alt.Axis(labelLimit=220)),
        x=alt.X(
            "weight:Q", title=words("try.axis"), axis=alt.Axis(format="+.1f", tickCount=7), scale=alt.Scale(padding=26)
        ),
        tooltip=[
            alt.Tooltip("term:N", title=words("column.term")),
            alt.Tooltip("weight:Q", title=words("column.adds"), format="+.3f"),
        ],
    )
    is_for = alt.datum.weight > 0
    colour = alt.when(is_for).then(alt.value(POSITIVE)).otherwise(alt.value(NEGATIVE))
    bars = base.mark_bar(cornerRadius=2).encode(color=colour)
    figures = base.encode(text=alt.Text("weight:Q", format="+.2f"))
    right = figures.transform_filter(is_for).mark_text(align="left", dx=4)
    left = figures.transform_filter("datum.weight <= 0").mark_text(align="right", dx=-4)
    return styled(bars + right + left, words)


def terms_table(answer: Explained, words: Words) -> pd.DataFrame:
    """All terms that have a weight, the heaviest first; the same figures as the chart's, for whoever reads tables."""
    ordered = sorted(answer.terms, key=lambda term: -abs(term.weight))
    return pd.DataFrame(
        {
            words("column.term"): [term.term for term in ordered],
            words("column.adds"): [round(term.weight, 4) for term in ordered],
            words("column.says"): [words("side.for" if term.weight > 0 else "side.against") for term in ordered],
            words("column.places"): [len(term.spans) for term in ordered],
            words("column.known"): [words("yes.yes" if term.known else "yes.bucket") for term in ordered],
        }
    )
