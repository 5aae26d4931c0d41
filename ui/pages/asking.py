"""What all pages do when they ask the API: say what is wrong where there is no answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from sentiment.results import Label
from ui.client import RefusedError, UnreachableError
from ui.context import Context
from ui.words import Words

OTHER: dict[Label, Label] = {"positive": "negative", "negative": "positive"}


@contextmanager
def asking(context: Context) -> Iterator[None]:
    """Where the API does not answer, or refuses, say so in place of the block's rest, and never show an answer."""
    words = context.words
    try:
        yield
    except UnreachableError as error:
        st.error(words("api.unreachable", address=context.reach.api.address), icon=":material/cloud_off:")
        st.caption(words("api.start"))
        with st.expander(words("api.detail")):
            st.text(str(error))
    except RefusedError as error:
        st.error(refusal(words, error, words("api.refused", status=error.status)))
        with st.expander(words("api.detail")):
            st.text(f"{error.code}: {error}")


def refusal(words: Words, error: RefusedError, otherwise: str | None = None) -> str:
    """What the refusal's code means in the page's language; of a code that is new, `otherwise` or the API's words."""
    return words.known(f"refusal.{error.code}", otherwise or str(error))


def send_feedback(context: Context, review: str, label: Label) -> bool:
    """Tell the API the true label of a review, and the viewer whether that was taken."""
    try:
        context.reach.api.feedback(review, label)
    except UnreachableError:
        reason = context.words("feedback.unreachable", address=context.reach.api.address)
        st.toast(context.words("feedback.refused", reason=reason), icon=":material/cloud_off:")
        return False
    except RefusedError as error:
        reason = refusal(context.words, error)
        st.toast(context.words("feedback.refused", reason=reason), icon=":material/error:")
        return False
    st.toast(context.words("feedback.thanks"), icon=":material/check:")
    return True
