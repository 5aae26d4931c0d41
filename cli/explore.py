"""`sentiment explore`: the same command as spark_jobs/explore.py, with a Java runtime found first."""

from __future__ import annotations

import os
from pathlib import Path

import click

from local.java import find_java
from sentiment.errors import SettingError


@click.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def explore(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Hand all arguments to the exploring script; its flags, help and defaults are the only ones."""
    os.environ["JAVA_HOME"] = str(find_java(Path(os.environ.get("SENTIMENT_HOME", ".local"))).home)
    try:
        from spark_jobs.explore import command
    except ModuleNotFoundError as error:
        raise SettingError(
            f"exploring needs the package {error.name}: install the extra with `pip install 'review-sentiment[train]'`"
        ) from error
    command.main(list(arguments), prog_name=ctx.command_path, auto_envvar_prefix="SENTIMENT_EXPLORE")
