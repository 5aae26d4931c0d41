"""The stream over time."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from ui.charts.styling import NEGATIVE, NEUTRAL, POSITIVE, AnyChart, styled
from ui.live.window import BINS, Last
from ui.words import Words

POINTS = 60  # of a line over time
HEIGHT = 210
CLOCK = "%H:%M:%S"


def over_time(last: Last, now: int, begun: float) -> pd.DataFrame:
    """Results a second and the positive share in slices of equal length. The second at hand is left out: it is not
    over yet. There is no rate for the time before `begun`, when nobody counted.
    """
    seconds = len(last.results) - 1
    width = max(seconds // POINTS, 1)
    slices = seconds // width
    results, positive = (
        counts[: slices * width].reshape(slices, width).sum(axis=1)
        for counts in (last.results[seconds - slices * width :], last.positive[seconds - slices * width :])
    )
    ends = now - width * np.arange(slices - 1, -1, -1)
    counted = np.clip(ends - np.floor(begun), 0, width)  # seconds
    with np.errstate(invalid="ignore"):
        rate, share = results / np.where(counted > 0, counted, np.nan), positive / results
    return pd.DataFrame({"time": pd.to_datetime(ends, unit="s", utc=True), "rate": rate, "share": share})


def rate_chart(table: pd.DataFrame, words: Words) -> AnyChart:
    area = alt.Chart(table, height=HEIGHT).mark_area(color=NEUTRAL, opacity=0.35, line={"color": NEUTRAL})
    chart = area.encode(
        x=_time(),
        y=alt.Y("rate:Q", title=words("live.rate_axis"), scale=_from_zero(table["rate"].max())),
        tooltip=[_moment(words), alt.Tooltip("rate:Q", title=words("live.rate_axis"), format=",.1f")],
    )
    return styled(chart, words)


def share_chart(table: pd.DataFrame, words: Words) -> AnyChart:
    """The positive share, with a line at one half."""
    whole = alt.Scale(domain=[0, 1])
    points = alt.OverlayMarkDef(size=14, color=POSITIVE, aria=False)
    chart = (
        alt.Chart(table, height=HEIGHT)
        .mark_line(color=POSITIVE, strokeWidth=2, point=points)
        .encode(
            x=_time(),
            y=alt.Y("share:Q", title=words("live.share_axis"), scale=whole, axis=alt.Axis(format="%", tickCount=5)),
            tooltip=[_moment(words), alt.Tooltip("share:Q", title=words("live.share_axis"), format=".0%")],
        )
    )
    half = alt.Chart(pd.DataFrame({"share": [0.5]})).mark_rule(strokeDash=[4, 4], color=NEUTRAL).encode(y="share:Q")
    return styled(half + chart, words)


def _time() -> alt.X:
    return alt.X("time:T", title=None, axis=alt.Axis(format=CLOCK, tickCount=5))


def _from_zero(most: float) -> alt.Scale:
    """To 1 at least, also where the most is no number: an axis from zero to zero has no place for numbers."""
    return alt.Scale(domain=[0, max(1.0, float(most))], nice=True)


def _moment(words: Words) -> alt.Tooltip:
    return alt.Tooltip("time:T", title=words("column.time"), format=CLOCK)


def confidence_chart(last: Last, words: Words) -> AnyChart:
    """How many results have which confidence: negative ones left of the middle, positive ones right of it."""
    step = 1 / BINS
    rows = [
        {"from": place * step, "to": (place + 1) * step, "results": count, "confidence": _confidence(place, words)}
        for place, count in enumerate(last.histogram.tolist())
    ]
    sure = "format(max(datum.value, 1 - datum.value), '.0%')"
    side = alt.when(alt.datum["from"] >= 0.5 - step / 2).then(alt.value(POSITIVE)).otherwise(alt.value(NEGATIVE))
    chart = (
        alt.Chart(pd.DataFrame(rows), height=HEIGHT)
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X(
                "from:Q",
                title=words("live.confidence_axis"),
                bin="binned",
                axis=alt.Axis(labelExpr=sure, values=[0, 0.25, 0.5, 0.75, 1]),
            ),
            x2="to:Q",
            y=alt.Y(
                "results:Q",
                title=words("live.results_axis"),
                scale=_from_zero(last.histogram.max()),
                axis=alt.Axis(format=",d", tickMinStep=1),
            ),
            color=side,
            tooltip=[
                alt.Tooltip("confidence:N", title=words("column.confidence")),
                alt.Tooltip("results:Q", title=words("live.results_axis"), format=","),
            ],
        )
    )
    return styled(chart, words)


def _confidence(place: int, words: Words) -> str:
    """The label of a bin, and between which confidences it lies."""
    positive = place >= BINS // 2
    least = place if positive else BINS - 1 - place
    label = words("label.positive" if positive else "label.negative")
    return f"{label}, {words.percent(least / BINS)} – {words.percent((least + 1) / BINS)}"


def reasons_chart(reasons: Mapping[str, int], words: Words) -> AnyChart:
    rows = [{"reason": words.known(f"reason.{reason}", reason), "count": count} for reason, count in reasons.items()]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("reason:N", sort="-x", title=None, axis=alt.Axis(labelLimit=260)),
        x=alt.X("count:Q", title=words("live.dead_axis"), axis=alt.Axis(format="d", tickMinStep=1)),
    )
    bars = base.mark_bar(color=NEUTRAL, cornerRadius=2)
    return styled(bars + base.mark_text(align="left", dx=4).encode(text=alt.Text("count:Q", format=",")), words)
