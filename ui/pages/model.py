"""The model: what is known of the version in use, beside an earlier one if wanted."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sentiment.errors import ModelError
from ui.context import Context
from ui.models import Version, languages, others, read_version, served
from ui.pages import model_parts as parts
from ui.pages.asking import asking
from ui.words import Words


def show(context: Context) -> None:
    words, models = context.words, context.reach.models
    with asking(context):
        version = served(models, context.reach.api.model())
        shown = [version, *_compared(context, version)]
        _show_versions(shown, words)


def _compared(context: Context, version: Version) -> list[Version]:
    """The version to compare with, if one is chosen."""
    words, models = context.words, context.reach.models
    names = others(models, version.name)
    if not names:
        st.caption(words("model.nothing_to_compare", folder=models))
        return []
    name = st.selectbox(words("model.compare"), names, index=None, placeholder=words("model.none"), key="model-compare")
    if name is None:
        return []
    try:
        return [read_version(models, name)]
    except ModelError as error:
        st.error(words("model.damaged", version=name), icon=":material/error:")
        st.text(str(error))
        return []


def _show_versions(shown: Sequence[Version], words: Words) -> None:
    parts.identities(shown, words)
    parts.data_warnings(shown[0], words)
    st.header(words("model.scores"))
    parts.scores(shown, words)
    language = st.segmented_control(
        words("model.rows"),
        languages(shown[0]),
        default="all",
        format_func=lambda name: words.known(f"language.{name}", name),
        key="model-language",
        required=True,
    )
    parts.figures(shown, language or "all", words)
    st.header(words("model.learned"))
    parts.strongest(shown, language or "all", words)
    st.header(words("model.behaviour"))
    parts.behaviour(shown, words)
    st.header(words("model.mistakes"))
    parts.mistakes(shown[0], language or "all", words)
    st.header(words("model.data"))
    parts.data(shown, words)
