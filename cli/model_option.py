"""The flag that names the model, for every verb that has one."""

from __future__ import annotations

from pathlib import Path

import click

model = click.option(
    "--model",
    type=click.Path(path_type=Path),
    default=Path("models"),
    envvar="SENTIMENT_MODEL",
    show_default=True,
    show_envvar=True,
    help="Folder of model versions, or one version's folder.",
)
