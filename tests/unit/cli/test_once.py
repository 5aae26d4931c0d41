"""What is done once for all: topics, a first model."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.topics import topics
from sentiment.errors import SettingError
from spark_jobs import train_model
from tests.tiny import write_tiny_model


def test_topics_are_told_of_all_wrong_settings() -> None:
    result = CliRunner().invoke(topics, ["--partitions", "0", "--reviews-topic", "sentiment"])
    assert isinstance(result.exception, SettingError)
    assert str(result.exception).count("\n  - ") == 2


def test_nothing_is_trained_where_a_model_is_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_model, "start_session", lambda *_: pytest.fail("Spark was started"))
    models = write_tiny_model(tmp_path / "models")
    result = CliRunner().invoke(train_model.command, ["--if-missing", "--input", "none", "--output", str(models)])
    assert (result.exit_code, result.output) == (0, "tiny-1 is in use: nothing to train\n")


def test_a_model_that_this_program_can_not_read_is_trained_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    monkeypatch.setattr(train_model, "start_session", lambda *given: started.append(given))
    models = write_tiny_model(tmp_path / "models")
    described = models / "tiny-1" / "model.json"
    described.write_text(described.read_text().replace('"format": 4', '"format": 3'))
    CliRunner().invoke(train_model.command, ["--if-missing", "--input", "none", "--output", str(models)])
    assert started
