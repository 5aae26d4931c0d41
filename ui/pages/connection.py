"""Whether the stream can be read, as the pages about it say it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from ui.live.stream import Connection
from ui.words import Words


def show_connection(connection: Connection, words: Words) -> None:
    since = clock_time(connection.since)
    if connection.detail:
        st.error(words("live.ended" if connection.ended else "live.away", since=since), icon=":material/cloud_off:")
        with st.expander(words("api.detail")):
            st.text(connection.detail)
    else:
        told = words("live.connecting") if connection.trying else words("live.connected", since=since)
        st.caption(f":material/sensors: {told}")


def clock_time(second: float) -> str:
    """The time of day where the viewer is; in UTC where the browser names no place that is known."""
    try:
        zone = ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError, OSError):  # whatever a client sends is looked up as a path
        zone = ZoneInfo("UTC")
    return datetime.fromtimestamp(second, zone).strftime("%H:%M:%S")
