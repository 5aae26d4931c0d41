"""Try it: a review typed or picked, its label, how sure that is, and why."""

from __future__ import annotations

import hashlib

import streamlit as st

from sentiment.errors import ServiceError
from sentiment.manifest import Calibration
from sentiment.results import Explained
from ui.charts.terms import terms_chart, terms_table
from ui.context import Context
from ui.examples import EXAMPLES
from ui.markup import legend, scale, verdict
from ui.pages.asking import OTHER, asking, send_feedback
from ui.shading import shaded

TEXT, EXAMPLE = "try-text", "try-example"
KEPT = "try-kept"  # the text, once more: Streamlit forgets those of widgets while another page is shown
STRANGE = 0.9  # share of terms without a weight from which on the answer rests on next to nothing


def show(context: Context) -> None:
    words = context.words
    st.write(words("try.intro"))
    st.selectbox(
        words("try.examples"),
        list(EXAMPLES),
        index=None,
        placeholder=words("try.choose"),
        format_func=lambda name: words(f"example.{name}"),
        key=EXAMPLE,
        on_change=_take_example,
    )
    if TEXT not in st.session_state and KEPT in st.session_state:
        st.session_state[TEXT] = st.session_state[KEPT]
    text = st.text_area(
        words("try.text"),
        key=TEXT,
        height=150,
        placeholder=words("try.placeholder"),
        help=words("try.keys"),
    )
    st.session_state[KEPT] = text
    st.button(words("try.ask"), type="primary")
    if text.strip():
        with asking(context):
            show_answer(context, text, context.reach.api.explain(text))


def show_answer(context: Context, text: str, answer: Explained) -> None:
    words = context.words
    with st.container(border=True):
        _show_verdict(context, answer)
        _correct(context, text, answer)
    st.subheader(words("try.why"))
    sides = {"for": words("side.for"), "against": words("side.against")}
    st.html(shaded(answer.cleaned, answer.terms, sides))
    st.html(legend(words))
    _show_unseen(context, answer)
    if answer.terms:
        st.altair_chart(terms_chart(answer.terms, words), alt=words("try.chart"))
        with st.expander(words("try.table")):
            st.dataframe(terms_table(answer, words), hide_index=True)
            st.caption(
                words("try.sum", intercept=words.signed(answer.intercept, 3), margin=words.signed(answer.margin, 3))
            )


def _show_verdict(context: Context, answer: Explained) -> None:
    words, band = context.words, _band(context)
    st.html(verdict(answer, words))
    st.html(scale(answer.probability, band, words))
    if answer.needs_review:
        st.warning(words("try.unsure"), icon=":material/help:")
    st.caption(words("try.version", version=answer.model_version))


def _show_unseen(context: Context, answer: Explained) -> None:
    said = context.words("try.unseen", share=context.words.percent(answer.unseen))
    if answer.unseen >= STRANGE:
        st.warning(f"{said} {context.words('try.strange')}", icon=":material/visibility_off:")
    else:
        st.caption(said)


def _correct(context: Context, text: str, answer: Explained) -> None:
    """The review has no id of its own here, so it is known by its text's digest. So is the button: a click on the one
    below an answer is not taken for a word on a text that was typed since.
    """
    other, digest = OTHER[answer.label], hashlib.sha256(text.encode()).hexdigest()
    if st.button(context.words(f"feedback.wrong_{other}"), icon=":material/flag:", key=f"try-wrong-{digest}"):
        send_feedback(context, f"sha256:{digest}", other)


def _band(context: Context) -> Calibration | None:
    """Where the model asks for a person; without it the answer stands all the same."""
    try:
        return context.reach.api.model().calibration
    except ServiceError:
        return None


def _take_example() -> None:
    """Nothing stays chosen, so that the same example can be taken once more after its text was changed."""
    if name := st.session_state[EXAMPLE]:
        st.session_state[TEXT] = EXAMPLES[name]
        st.session_state[EXAMPLE] = None
