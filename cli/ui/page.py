"""What Streamlit runs for each viewer, anew with each of their clicks."""

from __future__ import annotations

import streamlit as st

from cli.ui.command import given_to_page
from cli.ui.wiring import reach
from ui.app import main
from ui.context import Reach


@st.cache_resource(show_spinner=False)
def reached() -> Reach:
    return reach(given_to_page())


main(reached())
