"""Versions are published whole, never overwritten, and switched by one atomic rename."""

import os
import shutil
from pathlib import Path

import pytest

from sentiment import Classifier, versions
from sentiment.errors import ModelError
from tests.tiny import write_tiny_model


def test_the_last_promoted_version_is_current_and_the_one_before_is_known(tmp_path: Path) -> None:
    write_tiny_model(tmp_path, "v1")
    write_tiny_model(tmp_path, "v2")
    assert versions.names(tmp_path) == ["v1", "v2"]
    assert Classifier.load(tmp_path).version == "v2"
    assert versions.previous(tmp_path) == "v1"
    versions.promote(tmp_path, "v1")
    assert versions.previous(tmp_path) == "v2"
    assert Classifier.load(tmp_path).version == "v1"
    assert Classifier.load(tmp_path / "v2").version == "v2"


def test_a_version_that_is_promoted_again_is_not_the_one_before_itself(tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        write_tiny_model(tmp_path, version)
    versions.promote(tmp_path, "v2")
    assert (versions.current(tmp_path), versions.previous(tmp_path)) == ("v2", "v1")


def test_a_version_is_never_overwritten(tmp_path: Path) -> None:
    write_tiny_model(tmp_path, "v1")
    with pytest.raises(ModelError, match="never overwritten"):
        write_tiny_model(tmp_path, "v1")


def test_without_a_certificate_there_is_no_promotion(tmp_path: Path) -> None:
    write_tiny_model(tmp_path, "v1", certified=False)
    with pytest.raises(ModelError, match="no parity certificate"):
        versions.promote(tmp_path, "v1")
    with pytest.raises(ModelError, match="no model in"):
        versions.current(tmp_path)


def test_a_certificate_of_other_margins_is_none(tmp_path: Path) -> None:
    write_tiny_model(tmp_path, "v1")
    described = tmp_path / "v1" / "model.json"
    described.write_text(described.read_text().replace('"margins_equal": 4', '"margins_equal": 3'))
    with pytest.raises(ModelError, match="labels and margins equal"):
        versions.promote(tmp_path, "v1")


@pytest.mark.parametrize("name", ["../elsewhere", "", "/etc", ".hidden", "a/b", "v9"])
def test_a_name_that_is_no_version_is_refused_even_where_a_model_is(tmp_path: Path, name: str) -> None:
    models = write_tiny_model(tmp_path / "models", "v1")
    for place in ("elsewhere", "models/.hidden", "models/a/b"):
        shutil.copytree(models / "v1", tmp_path / place)
    refusal = "no version v9 in .*; there are: v1$" if name == "v9" else f"{name!r} is no version's name"
    with pytest.raises(ModelError, match=refusal):
        versions.promote(models, name)
    (models / "current").write_text(name)
    with pytest.raises(ModelError, match=refusal):
        Classifier.load(models)


@pytest.mark.parametrize("content", [b"\xff", None])
def test_a_name_of_the_current_version_that_can_not_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is None:
        (tmp_path / "current").mkdir()
    else:
        (tmp_path / "current").write_bytes(content)
    with pytest.raises(ModelError, match="current can't be read"):
        Classifier.load(tmp_path)


def test_a_version_is_on_the_disk_before_it_has_its_name_and_is_current_after_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[int, bool]] = []  # what, and whether the version had its name by then
    sync = os.fsync

    def noted(descriptor: int) -> None:
        sync(descriptor)
        synced.append((os.fstat(descriptor).st_ino, (tmp_path / "v1").exists()))

    monkeypatch.setattr(os, "fsync", noted)
    write_tiny_model(tmp_path, "v1")
    version, models = tmp_path / "v1", (tmp_path.stat().st_ino, True)
    assert {file for file, named in synced if not named} == {
        path.stat().st_ino for path in [version, *version.iterdir()]
    }
    assert synced[-3:] == [models, ((tmp_path / "current").stat().st_ino, True), models]


def test_rollback_without_an_earlier_version_says_so(tmp_path: Path) -> None:
    write_tiny_model(tmp_path, "v1")
    with pytest.raises(ModelError, match="no earlier version"):
        versions.previous(tmp_path)
