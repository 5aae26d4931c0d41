"""The app as Streamlit runs it for each viewer, from the top, whenever something is clicked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from ui.context import Context, Reach
from ui.live.follower import Follower
from ui.live.source import Source
from ui.pages import file, label, live, model, try_it
from ui.words import LANGUAGES, first_language, words_of

STYLE, ICON = (Path(__file__).parent / name for name in ("style.css", "icon.svg"))
LANGUAGE = "language"  # the key of the switch
# The document's language tells a screen reader how to pronounce it; Streamlit always says English.
SAY_LANGUAGE = "<script>document.documentElement.lang = '{}'</script>"

# page -> what shows it, and its icon
PAGES: dict[str, tuple[Callable[[Context], None], str]] = {
    "try": (try_it.show, ":material/edit_note:"),
    "file": (file.show, ":material/table_view:"),
    "live": (live.show, ":material/monitoring:"),
    "label": (label.show, ":material/rate_review:"),
    "model": (model.show, ":material/fact_check:"),
}


def main(reach: Reach) -> None:
    """Show the page that the address names."""
    st.set_page_config(page_icon=ICON, layout="wide")  # first, else the browser is sent elsewhere for a page's icon
    st.html(STYLE)
    words = words_of(st.session_state.get(LANGUAGE) or first_language(st.context.locale))
    context = Context(words, reach, follower(reach.source))
    titles = {words(f"{name}.menu"): words(f"{name}.title") for name in PAGES}
    pages = [
        st.Page(partial(show, context), title=words(f"{name}.menu"), icon=icon, url_path=name)
        for name, (show, icon) in PAGES.items()
    ]
    page = st.navigation(pages, position="top")
    st.set_page_config(page_title=f"{titles[page.title]} · review-sentiment")
    with st.container(horizontal=True, vertical_alignment="center", key="heading"):
        st.title(titles[page.title])
        choose_language(words.language)
    page.run()
    st.html(SAY_LANGUAGE.format(words.language), unsafe_allow_javascript=True)


@st.cache_resource(show_spinner=False)
def follower(_source: Source) -> Follower:
    """The one reader for all viewers, made when the first of them comes."""
    return Follower(_source)


def choose_language(language: str) -> None:
    """The switch between the languages, which begins with the browser's."""
    st.segmented_control(
        "Language · Langue",
        list(LANGUAGES),
        default=language,
        format_func=LANGUAGES.__getitem__,
        key=LANGUAGE,
        required=True,
        label_visibility="collapsed",
    )
