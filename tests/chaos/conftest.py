"""A real broker and a real worker: its own process, with a real model."""

from __future__ import annotations

from tests.contract.conftest import bootstrap_servers

__all__ = ["bootstrap_servers"]
