"""`sentiment models verify` tells of the behaviour suite, and still ends by checksums and golden texts alone."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from cli.models import models
from sentiment.behaviour import read_cases
from sentiment.errors import ModelError
from tests.tiny import write_tiny_model


def test_the_suite_is_a_table_and_its_failures_do_not_change_the_exit_code(tmp_path: Path) -> None:
    result = CliRunner().invoke(models, ["verify", "--models", str(write_tiny_model(tmp_path))])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "tiny-1: 3 files and all golden texts are as saved"
    names = dict.fromkeys(case.capability for case in read_cases())
    assert [line.strip().split("  ")[0] for line in lines[2:]] == list(names)
    assert sum(line.rstrip().endswith("known weak") for line in lines) == 2


def test_failures_are_named_on_request(tmp_path: Path) -> None:
    result = CliRunner().invoke(models, ["verify", "--failures", "--models", str(write_tiny_model(tmp_path))])
    assert result.exit_code == 0
    assert "expected positive\n  negative, probability" in result.stdout


def test_a_damaged_model_is_refused_before_the_suite(tmp_path: Path) -> None:
    folder = write_tiny_model(tmp_path)
    (folder / "tiny-1" / "terms.txt.gz").write_text("changed\n")
    result = CliRunner().invoke(models, ["verify", "--models", str(folder)])
    assert isinstance(result.exception, ModelError)
    assert "capability" not in result.stdout
