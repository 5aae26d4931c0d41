"""`sentiment train`, `explore` and `score`: the commands of Spark's scripts, for which a Java runtime is found."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import click

from cli.environment import with_variables
from local.java import find_java
from sentiment.errors import SettingError


def job(verb: str, module: str) -> click.Command:
    """A verb that hands all its arguments to a script's `command`, whose flags, help and defaults are the only ones."""

    @click.command(verb, add_help_option=False, context_settings={"ignore_unknown_options": True})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    @click.pass_context
    def run(ctx: click.Context, arguments: tuple[str, ...]) -> None:
        try:
            command = with_variables(importlib.import_module(module).command, f"SENTIMENT_{verb}")
        except ModuleNotFoundError as error:
            extra = "`pip install '.[train]'` in the project's folder"
            raise SettingError(f"`sentiment {verb}` needs the package {error.name}: {extra}") from error
        if not {*ctx.help_option_names} & {*arguments}:
            os.environ["JAVA_HOME"] = str(find_java(Path(os.environ.get("SENTIMENT_HOME", ".local"))).home)
        command.main(list(arguments), prog_name=ctx.command_path, help_option_names=ctx.help_option_names)

    return run


train = job("train", "spark_jobs.train_model")
explore = job("explore", "spark_jobs.explore")
score = job("score", "spark_jobs.score")
