"""Live: the results as they come off the topic, read once for all viewers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from sentiment.cleaning import clean
from ui.charts.live import confidence_chart, over_time, rate_chart, reasons_chart, share_chart
from ui.context import Context
from ui.live.choosing import Choice, fields, languages, values
from ui.live.seen import Seen
from ui.live.stream import Look
from ui.pages.columns import confidence
from ui.pages.connection import clock_time, show_connection
from ui.words import Words

EVERY_SECONDS = 2.0
SPANS = {"1": 60, "5": 300, "15": 900, "60": 3600}  # minutes -> seconds that are looked back on
RATE_SECONDS = 10  # over which the rate now is taken
SHOWN = 100  # of the latest results
SHOWN_FIELDS = 3  # of the senders' own; all of them can be chosen by


def show(context: Context) -> None:
    words = context.words
    st.write(words("live.intro"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        span = st.segmented_control(
            words("live.span"),
            list(SPANS),
            default="5",
            format_func=lambda minutes: words("live.minutes", minutes=minutes),
            key="live-span",
            required=True,
        )
        running = st.toggle(words("live.running"), value=True, key="live-running")
    flowing = st.fragment(_flowing, run_every=EVERY_SECONDS if running else None)
    flowing(context, SPANS[span or "5"])


def _flowing(context: Context, seconds: int) -> None:
    """What is drawn anew every EVERY_SECONDS."""
    now, words = time.time(), context.words
    look = context.follower.stream.look(now, seconds)
    show_connection(look.connection, words)
    _show_figures(look, words)
    left, right = st.columns(2)
    table = over_time(look.last, int(now), look.begun)
    with left:
        st.subheader(words("live.rate_title"))
        st.altair_chart(rate_chart(table, words), alt=words("live.rate_title"))
        st.subheader(words("live.confidence_title"))
        st.altair_chart(confidence_chart(look.last, words), alt=words("live.confidence_title"))
    with right:
        st.subheader(words("live.share_title"))
        st.altair_chart(share_chart(table, words), alt=words("live.share_title"))
        st.subheader(words("live.dead_title"))
        if look.last.reasons:
            st.altair_chart(reasons_chart(look.last.reasons, words), alt=words("live.dead_title"))
        else:
            st.caption(words("live.no_dead"))
    _show_latest(look, words)


def _show_figures(look: Look, words: Words) -> None:
    last = look.last
    results, dead = int(last.results.sum()), sum(last.reasons.values())
    recent = last.results[-RATE_SECONDS - 1 : -1]
    waiting = look.connection.waiting
    figures = {
        "live.rate": words.number(recent.mean(), 1),
        "live.results": words.number(results),
        "live.positive": words.percent(last.positive.sum() / results, 1) if results else "–",
        "live.review": words.percent(last.needs_review.sum() / results, 1) if results else "–",
        "live.waiting": "–" if waiting is None else words.number(waiting),
        "live.dead": words.number(dead),
    }
    with st.container(horizontal=True):
        for key, value in figures.items():
            st.metric(words(key), value, border=True, width=143, help=words.known(f"{key}_help", "") or None)


def _show_latest(look: Look, words: Words) -> None:
    st.subheader(words("live.latest_title"))
    if look.unreadable:
        st.caption(words("live.unreadable", count=words.number(look.unreadable)))
    if not look.latest:
        st.caption(words("live.no_latest"))
        return
    choice = _choose(look.latest, words)
    chosen = [seen for seen in look.latest if choice.takes(seen)]
    st.caption(_told(chosen, len(look.latest), words))
    if chosen:
        columns = {words("column.text"): st.column_config.Column(width=420)} | confidence(words)
        table = _table(chosen[:SHOWN], words)
        st.dataframe(table, hide_index=True, column_config=columns, alt=words("live.latest_title"))


def _told(chosen: Sequence[Seen], every: int, words: Words) -> str:
    """How many are chosen of `every` one that is kept, and how many of these the table has."""
    if not chosen:
        return words("live.none_chosen", all=words.number(every))
    positive = sum(seen.label == "positive" for seen in chosen)
    counts = {"chosen": words.number(len(chosen)), "all": words.number(every)}
    told = words("live.chosen", **counts, share=words.percent(positive / len(chosen), 1))
    return f"{told} {words('live.listed', shown=words.number(SHOWN))}" if len(chosen) > SHOWN else told


def _choose(latest: Sequence[Seen], words: Words) -> Choice:
    select = partial(st.selectbox, index=None, placeholder=words("live.any"), width=200)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        language = select(
            words("live.language"),
            _options("live-language", languages(latest)),
            key="live-language",
            format_func=partial(_language, words=words),
        )
        field = select(words("live.field"), _options("live-field", fields(latest)), key="live-field") or ""
        key = f"live-value-{field}"
        value = select(words("live.value"), _options(key, values(latest, field)), key=key) if field else ""
        only_review = st.toggle(words("live.only_review"), key="live-only-review")
    return Choice(language or "", field, value or "", only_review)


def _options(key: str, found: Sequence[str]) -> Sequence[str]:
    """What can be chosen: what was chosen is among it when the stream does not bring it any more."""
    chosen = st.session_state.get(key)
    return [*found, chosen] if chosen and chosen not in found else found


def _language(code: str, words: Words) -> str:
    """The language's name; a sender may name one that the page has no word for."""
    return words.known(f"language.{code}", code)


def _table(chosen: Sequence[Seen], words: Words) -> pd.DataFrame:
    """The senders' most frequent fields stand between the answers and the reasons; a space keeps all names apart."""
    answers = {
        words("column.time"): [clock_time(seen.second) for seen in chosen],
        words("column.label"): [words(f"label.{seen.label}") for seen in chosen],
        words("column.confidence"): [round(seen.confidence, 3) for seen in chosen],
        words("column.review"): [words("yes.review") if seen.needs_review else "" for seen in chosen],
        words("column.language"): [_language(seen.language, words) for seen in chosen],
    }
    reasons = {
        words("column.text"): [clean(seen.text) for seen in chosen],
        words("column.because"): [
            ", ".join(f"{each.term} {words.signed(each.weight, 1)}" for each in seen.because) for seen in chosen
        ],
    }
    own = {name.casefold() for name in answers | reasons}
    theirs = {
        words("column.theirs", field=name) if name.strip().casefold() in own else f"{name} ": [
            seen.fields.get(name, "") for seen in chosen
        ]
        for name in fields(chosen)[:SHOWN_FIELDS]
    }
    return pd.DataFrame(answers | theirs | reasons)
