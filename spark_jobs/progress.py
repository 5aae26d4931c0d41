"""What a job says while it runs."""

from __future__ import annotations

import time

import click


class Progress:
    """Says each step, and how long the run has taken, on standard error."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, message: str) -> None:
        click.echo(f"[{time.monotonic() - self._start:4.0f} s] {message}", err=True)
