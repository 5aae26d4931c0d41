"""Versions of the model as the page shows them: what each says of itself, and what its training saw."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sentiment import versions
from sentiment.errors import ModelError
from sentiment.evaluation import Evaluation, read_evaluation
from sentiment.folder import MANIFEST, read_manifest
from sentiment.manifest import Manifest

ALL = "all"


class Version(NamedTuple):
    """A version; `evaluation` is None where its folder is not here or is older than such files."""

    manifest: Manifest
    evaluation: Evaluation | None

    @property
    def name(self) -> str:
        return self.manifest.version


def served(models: Path, manifest: Manifest) -> Version:
    """The version that the API serves, with what this machine's folder of models has of it; that may be its own."""
    own = models.resolve().name == manifest.version and (models / MANIFEST).is_file()
    try:
        evaluation = read_evaluation(models if own else models / manifest.version)
    except ModelError:
        evaluation = None
    return Version(manifest, evaluation)


def read_version(models: Path, name: str) -> Version:
    """A version by its folder; ModelError if that is damaged."""
    return Version(read_manifest(models / name), read_evaluation(models / name))


def others(models: Path, name: str) -> list[str]:
    """The versions to compare with, the newest first."""
    return [each for each in reversed(versions.names(models)) if each != name]


def languages(version: Version) -> list[str]:
    """`all`, and the languages that there are scores for; bands of length are left to the report."""
    return list(dict.fromkeys([ALL, *(name for name in version.manifest.metrics if " " not in name)]))
