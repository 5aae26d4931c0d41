"""Correct it: the reviews that the model is least sure of, for people to label."""

from __future__ import annotations

import streamlit as st

from sentiment.results import Label
from ui.context import Context
from ui.cutting import READ_CHARACTERS
from ui.live.seen import Seen
from ui.markup import plain
from ui.pages.asking import send_feedback
from ui.pages.connection import show_connection

SHOWN = 5
SKIPPED = "label-skipped"  # ids, of this viewer alone


def show(context: Context) -> None:
    words = context.words
    st.write(words("label.intro"))
    stream, skipped = context.follower.stream, _skipped()
    show_connection(stream.connection(), words)
    queue = [seen for seen in stream.doubtful() if seen.id not in skipped][:SHOWN]
    if not queue:
        st.info(words("label.empty"), icon=":material/inbox:")
    for seen in queue:
        _ask(context, seen)
    if st.button(words("label.refresh"), icon=":material/refresh:"):
        st.rerun()


def _ask(context: Context, seen: Seen) -> None:
    words = context.words
    with st.container(border=True):
        st.html(plain(seen.text))
        if len(seen.text) == READ_CHARACTERS:
            st.caption(words("label.cut", most=words.number(READ_CHARACTERS)))
        shared = words("label.said", label=words(f"label.{seen.label}"), confidence=words.percent(seen.confidence, 1))
        st.caption(shared)
        with st.container(horizontal=True):
            for given, icon in (("positive", ":material/thumb_up:"), ("negative", ":material/thumb_down:")):
                st.button(
                    words(f"label.{given}"),
                    key=f"label-{given}-{seen.id}",
                    icon=icon,
                    on_click=_label,
                    args=(context, seen, given),
                )
            skip = _skipped().add
            st.button(words("label.skip"), key=f"label-skip-{seen.id}", on_click=skip, args=(seen.id,), type="tertiary")


def _label(context: Context, seen: Seen, given: Label) -> None:
    if send_feedback(context, seen.id, given):
        context.follower.stream.settle(seen.id)


def _skipped() -> set[str]:
    skipped: set[str] = st.session_state.setdefault(SKIPPED, set())
    return skipped
