"""A tool that a test needs may be missing on somebody's own machine, where the test is skipped, but not in CI."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def lacking(what: str) -> NoReturn:
    """Skip what needs a tool that is not there; in CI, fail. `what` says how to get it."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)
