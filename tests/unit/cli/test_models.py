"""`sentiment models`: what is damaged is told and not put to use; the behaviour suite is told beside it."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.models import models
from sentiment import Classifier, versions
from sentiment.behaviour import read_cases
from sentiment.errors import ModelError, SettingError
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


def test_a_damaged_version_is_not_put_to_use(tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        write_tiny_model(tmp_path, version)
    coefficients = tmp_path / "v1" / "coefficients.npz"
    coefficients.write_bytes(coefficients.read_bytes()[:-1])
    for arguments in (["rollback"], ["promote", "v1"]):
        result = CliRunner().invoke(models, [*arguments, "--models", str(tmp_path)])
        assert isinstance(result.exception, ModelError)
        assert "sha256 differs" in str(result.exception)
        assert versions.current(tmp_path) == "v2"


def test_rollback_changes_between_two(tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        write_tiny_model(tmp_path, version)
    for version in ("v1", "v2"):
        result = CliRunner().invoke(models, ["rollback", "--models", str(tmp_path)])
        assert result.stdout == f"{version} is in use again\n"
        assert Classifier.load(tmp_path).version == version


@contextmanager
def no_room() -> Iterator[None]:
    """No file can be written to, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_without_room_is_told_and_nothing_changes(tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        write_tiny_model(tmp_path, version)
    before = sorted(tmp_path.iterdir())
    with no_room():
        result = CliRunner().invoke(models, ["rollback", "--models", str(tmp_path)])
    assert isinstance(result.exception, ModelError)
    assert str(result.exception).startswith(f"{tmp_path / 'previous'} can't be written: ")
    assert (versions.current(tmp_path), sorted(tmp_path.iterdir())) == ("v2", before)


def test_one_versions_folder_is_the_one_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("v1", "v2"):
        write_tiny_model(tmp_path, version)
    for arguments in (["verify"], ["verify", "v1"]):
        result = CliRunner().invoke(models, [*arguments, "--models", str(tmp_path / "v1")])
        assert result.stdout.startswith("v1: ")
    monkeypatch.setenv("SENTIMENT_MODEL", str(tmp_path / "v1"))
    assert json.loads(CliRunner().invoke(models, ["show"]).stdout)["version"] == "v1"
    assert [line[:4] for line in CliRunner().invoke(models, ["list"]).stdout.splitlines()] == ["* v1", "  v2"]
    assert CliRunner().invoke(models, ["promote", "v1"]).stdout == "v1 is now in use\n"
    assert versions.current(tmp_path) == "v1"


def test_a_list_names_all_versions_and_what_is_wrong_with_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("v1", "v2", "v3"):
        write_tiny_model(tmp_path, version)
    (tmp_path / "v1" / "model.json").write_text("")
    described = tmp_path / "v2" / "model.json"
    described.write_text(described.read_text().replace('"format": 4', '"format": 2'))
    monkeypatch.setenv("SENTIMENT_MODEL", str(tmp_path / "v3"))  # one version, as the other verbs may have it
    lines = CliRunner().invoke(models, ["list"]).stdout.splitlines()
    assert [line[:4] for line in lines] == ["  v1", "  v2", "* v3"]
    assert "can't be read" in lines[0]
    assert "has format 2" in lines[1]


@pytest.mark.parametrize(
    ("rows", "ends", "told"),
    [
        (1, [None, None], "accuracy 0.900 on 1 test row: too few to say"),
        (199, [0.9, 0.9], "accuracy 0.900 on 199 test rows: too few to say"),
        (2_000, [0.8, 0.95], "accuracy 0.900 on 2,000 test rows: too few to say"),
        (2_000, [None, None], "accuracy 0.900 on 2,000 test rows: too few to say"),
        (2_000, [0.88, 0.92], "accuracy 0.900 on 2,000 test rows"),
    ],
)
def test_an_accuracy_on_few_rows_is_said_to_be_one(
    tmp_path: Path, rows: int, ends: list[float | None], told: str
) -> None:
    described = write_tiny_model(tmp_path) / "tiny-1" / "model.json"
    manifest = json.loads(described.read_text())
    manifest["metrics"] = {"all": {"n": rows, "accuracy": 0.9, "interval": {"accuracy": ends}}}
    described.write_text(json.dumps(manifest))
    result = CliRunner().invoke(models, ["list", "--models", str(tmp_path)])
    assert result.stdout == f"* tiny-1  {told}\n"


@pytest.mark.parametrize("arguments", [["promote", "v9"], ["show", "v9"], ["verify", "v9"]])
def test_a_version_that_is_not_there_is_told_with_those_that_are(tmp_path: Path, arguments: list[str]) -> None:
    result = CliRunner().invoke(models, [*arguments, "--models", str(write_tiny_model(tmp_path))])
    assert f"no version v9 in {tmp_path}; there are: tiny-1" in str(result.exception)


def test_a_folder_without_models_is_told() -> None:
    assert "no model in nowhere" in str(CliRunner().invoke(models, ["list", "--models", "nowhere"]).exception)


def test_libraries_that_can_not_be_made_are_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(SettingError, match=r"no library for .*: the compiler has ended with 1"):
        CliRunner().invoke(models, ["library"], catch_exceptions=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(SettingError, match="numba is not installed: install numba"):
        CliRunner().invoke(models, ["library"], catch_exceptions=False)
