"""`streamlit`, with the page's modules imported beforehand: else the first viewer would wait for numba and Altair."""

from __future__ import annotations

from streamlit.web.cli import main

import cli.ui.command  # noqa: F401 - what is imported here is there when the page asks for it
import ui.app  # noqa: F401

if __name__ == "__main__":
    main()
