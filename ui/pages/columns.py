"""Columns that several tables have."""

from __future__ import annotations

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from ui.words import Words


def confidence(words: Words) -> dict[str, ColumnConfig]:
    """How a column of confidences, from 0 to 1, is shown: as percentages, and sorted as numbers."""
    return {words("column.confidence"): st.column_config.NumberColumn(format="percent")}
