"""How a model did on held-out rows. Two versions differ in colour and in dash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from sentiment.evaluation import Bins, Line, Weighed
from ui.charts.styling import DASHES, NEGATIVE, NEUTRAL, POSITIVE, SERIES, AnyChart, ink, styled
from ui.words import Words

HEIGHT = 260


def curves_chart(lines: Mapping[str, Line], shown: Sequence[str], axes: tuple[str, str], words: Words) -> AnyChart:
    """A line for each version that has one of those `shown`; `axes` are the titles of x and y."""
    rows = [
        {"version": name, "x": x, "y": y, "order": place}
        for name, line in lines.items()
        for place, (x, y) in enumerate(zip(line.x, line.y, strict=True))
    ]
    chart = (
        alt.Chart(pd.DataFrame(rows), height=HEIGHT)
        .mark_line(strokeWidth=2)
        .encode(x=_share("x", axes[0]), y=_share("y", axes[1]), order="order:Q", **_by_version(shown))
    )
    return styled(chart, words)


def reliability_chart(bins: Mapping[str, Bins], shown: Sequence[str], words: Words) -> AnyChart:
    """What probabilities of each height came to; on the diagonal they mean what they say."""
    rows = [
        {"version": name, "x": predicted, "y": observed, "rows": count, "order": predicted}
        for name, each in bins.items()
        for predicted, observed, count in zip(each.predicted, each.observed, each.rows, strict=True)
    ]
    chart = (
        alt.Chart(pd.DataFrame(rows), height=HEIGHT)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=40, aria=False))
        .encode(
            x=_share("x", words("model.probability_axis")),
            y=_share("y", words("model.observed_axis")),
            order="order:Q",
            tooltip=[
                alt.Tooltip("x:Q", title=words("model.probability_axis"), format=".0%"),
                alt.Tooltip("y:Q", title=words("model.observed_axis"), format=".0%"),
                alt.Tooltip("rows:Q", title=words("model.rows"), format=","),
            ],
            **_by_version(shown),
        )
    )
    diagonal = alt.Chart(pd.DataFrame({"x": [0, 1], "y": [0, 1]})).mark_line(color=NEUTRAL, strokeDash=[4, 4])
    return styled(diagonal.encode(x="x:Q", y="y:Q") + chart, words)


def confusion_chart(confusion: Mapping[str, int], words: Words) -> AnyChart:
    """The four counts, each with its share of the rows with that true label."""
    negatives = confusion["true_negative"] + confusion["false_positive"]
    positives = confusion["true_positive"] + confusion["false_negative"]
    cells = (
        ("negative", "negative", confusion["true_negative"], negatives),
        ("negative", "positive", confusion["false_positive"], negatives),
        ("positive", "negative", confusion["false_negative"], positives),
        ("positive", "positive", confusion["true_positive"], positives),
    )
    rows = [
        {
            "truth": words(f"label.{truth}"),
            "given": words(f"label.{given}"),
            "share": count / whole if whole else 0.0,
            "told": f"{words.number(count)} · {words.percent(count / whole if whole else 0.0, 1)}",
        }
        for truth, given, count, whole in cells
    ]
    base = alt.Chart(pd.DataFrame(rows), height=HEIGHT).encode(
        x=alt.X("given:N", title=words("model.given_axis"), axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("truth:N", title=words("model.truth_axis")),
    )
    share = alt.Color("share:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=["#2563eb22", "#2563ebdd"]))
    colour = alt.when(alt.datum.share > 0.5).then(alt.value("white")).otherwise(alt.value(ink()))
    figures = base.mark_text(fontSize=16, fontWeight="bold").encode(text="told:N", color=colour)
    return styled(base.mark_rect(cornerRadius=4).encode(color=share) + figures, words)


def strongest_chart(terms: Sequence[Weighed], words: Words) -> AnyChart:
    rows = [{"term": each.term, "weight": each.weight, "texts": each.texts} for each in terms]
    side = alt.when(alt.datum.weight > 0).then(alt.value(POSITIVE)).otherwise(alt.value(NEGATIVE))
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar(cornerRadius=2)
        .encode(
            y=alt.Y("term:N", sort=None, title=None, axis=alt.Axis(labelLimit=200)),
            x=alt.X("weight:Q", title=words("model.weight_axis"), axis=alt.Axis(format="+.1f")),
            color=side,
            tooltip=[
                alt.Tooltip("term:N", title=words("column.term")),
                alt.Tooltip("weight:Q", title=words("model.weight_axis"), format="+.2f"),
                alt.Tooltip("texts:Q", title=words("model.texts"), format=","),
            ],
        )
    )
    return styled(chart, words)


def _share(field: str, title: str) -> Any:
    channel = alt.X if field == "x" else alt.Y
    return channel(f"{field}:Q", title=title, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5))


def _by_version(names: Sequence[str]) -> dict[str, Any]:
    """Each version keeps its colour and its place in the legend, whether it has a line or not."""
    legend = alt.Legend(orient="bottom", title=None, labelLimit=300) if len(names) > 1 else None
    return {
        "color": alt.Color("version:N", scale=alt.Scale(domain=names, range=SERIES[: len(names)]), legend=legend),
        "strokeDash": alt.StrokeDash(
            "version:N", scale=alt.Scale(domain=names, range=DASHES[: len(names)]), legend=legend
        ),
    }
