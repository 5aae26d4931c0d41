"""A place for what a test does as another user."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534


@pytest.fixture
def anyone() -> Iterator[Path]:
    """A folder that every user may enter; whoever the test becomes, it is itself again afterwards."""
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield Path(place)
        os.seteuid(user)
