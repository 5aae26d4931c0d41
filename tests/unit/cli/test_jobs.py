"""The commands of Spark's scripts: what they say needs no Java, what they do does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli import jobs
from cli.main import cli
from sentiment.errors import SettingError


@pytest.fixture(autouse=True)
def _no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: Path) -> Any:
        raise SettingError("there is no Java")

    monkeypatch.setattr(jobs, "find_java", missing)


@pytest.mark.parametrize("verb", ["train", "explore", "score"])
def test_help_is_given_without_java(verb: str) -> None:
    told = CliRunner().invoke(cli, [verb, "--help"], prog_name="sentiment")
    assert told.exit_code == 0
    assert told.output.startswith(f"Usage: sentiment {verb} ")
    assert "--input" in told.output


def test_a_job_is_not_begun_without_java() -> None:
    ended = CliRunner().invoke(cli, ["train", "--input", "x"])
    assert str(ended.exception) == "there is no Java"
