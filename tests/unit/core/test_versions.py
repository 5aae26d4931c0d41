"""Versions are published whole, never overwritten, and switched by one atomic rename."""

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


@pytest.mark.parametrize("name", ["../elsewhere", "", "/etc", "v9", ".hidden", "a/b"])
def test_a_name_that_is_no_version_is_refused(tmp_path: Path, name: str) -> None:
    write_tiny_model(tmp_path, "v1")
    with pytest.raises(ModelError, match="version"):
        versions.promote(tmp_path, name)
    (tmp_path / "current").write_text(name)
    with pytest.raises(ModelError, match="version"):
        Classifier.load(tmp_path)


def test_rollback_without_an_earlier_version_says_so(tmp_path: Path) -> None:
    write_tiny_model(tmp_path, "v1")
    with pytest.raises(ModelError, match="no earlier version"):
        versions.previous(tmp_path)
