"""Every flag of every verb has the environment variable that its name leads one to expect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli.environment import with_variables
from cli.main import VERBS, cli
from spark_jobs import explore, score, train_model
from tests.tiny import write_tiny_model

FREE = {"--help", "--version"}  # of a verb's own making


def options(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, str, click.Option]]:
    """The variable to expect, the flag, and the option, of all verbs within."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if found := command.get_command(context, name):
                yield from options(found, (*words, name))
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not FREE & set(parameter.opts):
            flag = next((name for name in parameter.opts if name.startswith("--")), parameter.opts[0])
            yield "_".join((*words, flag.strip("-"))).replace("-", "_").upper(), flag, parameter


def test_each_flag_has_a_variable_and_the_help_shows_it() -> None:
    found = list(options(cli, ("sentiment",)))
    assert len(found) > 3 * len(VERBS)
    for variable, flag, option in found:
        assert option.show_envvar, (variable, flag)
        name = str(option.envvar)
        assert name == variable or (name.startswith(("SENTIMENT_", "KAFKA_")) and len(name) < len(variable)), flag


def test_each_flag_says_what_it_is_for() -> None:
    assert [flag for _, flag, option in options(cli, ("sentiment",)) if not option.help] == []


def test_a_variable_does_what_its_flag_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTIMENT_MODEL", str(write_tiny_model(tmp_path)))
    monkeypatch.setenv("SENTIMENT_PREDICT_JSON", "1")
    monkeypatch.setenv("SENTIMENT_MODELS_COMPARE_JSON", "1")
    assert CliRunner().invoke(cli, ["predict", "good"]).stdout.startswith('{"label":')
    assert CliRunner().invoke(cli, ["models", "compare", "tiny-1"]).stdout.startswith('{"models":')


def test_the_jobs_of_spark_have_theirs_too() -> None:
    for verb, job in (("train", train_model), ("score", score), ("explore", explore)):
        names = {
            flag: str(option.envvar)
            for _, flag, option in options(with_variables(job.command, f"SENTIMENT_{verb}"), ())
        }
        assert names["--input"] == f"SENTIMENT_{verb.upper()}_INPUT"
        assert names["--memory"] == f"SENTIMENT_{verb.upper()}_MEMORY"


def test_the_workers_group_has_one_variable_for_all_who_ask_for_it() -> None:
    for verb in ("stream", "ui"):
        command = cli.get_command(click.Context(cli), verb)
        assert command is not None
        (group,) = (option for _, flag, option in options(command, (verb,)) if flag == "--group")
        assert group.envvar == "SENTIMENT_GROUP"
