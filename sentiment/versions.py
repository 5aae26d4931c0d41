"""A folder of model versions: one line, `current`, says which is in use and is replaced atomically."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from sentiment.errors import ModelError
from sentiment.folder import MANIFEST, read_manifest, sync

CURRENT, PREVIOUS = "current", "previous"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def resolve(folder: Path) -> Path:
    """The version folder that `folder` means: itself, or the one that its `current` names."""
    if (folder / MANIFEST).is_file():
        return folder
    return folder / current(folder)


def current(models: Path) -> str:
    """The name of the version in use; ModelError says what to do where there is none."""
    try:
        name = (models / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise ModelError(f"no model in {models}: train one with `sentiment train` or name another folder") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{models / CURRENT} can't be read: {error}") from error
    return existing(models, name)


def names(models: Path) -> list[str]:
    """All versions, the oldest first."""
    return sorted(path.parent.name for path in models.glob(f"*/{MANIFEST}") if not path.parent.name.startswith("."))


def publish(temporary: Path, models: Path) -> Path:
    """Move a finished folder to the place that its own version names; a version is never overwritten."""
    place = models / read_manifest(temporary).version
    if place.exists():
        raise ModelError(f"{place} is there already; a version is never overwritten")
    sync(temporary)
    temporary.rename(place)
    _sync_directory(models)
    return place


def promote(models: Path, name: str) -> None:
    """Make a version current. No parity certificate with all labels and margins equal, no promotion."""
    parity = read_manifest(models / existing(models, name)).parity
    if parity is None or not parity.proven:
        raise ModelError(
            f"{models / name} has no parity certificate with all labels and margins equal: it can't be made current"
        )
    if (models / CURRENT).is_file():
        before = (models / CURRENT).read_text(encoding="utf-8")
        if before.strip() != name:
            _replace(models / PREVIOUS, before)
    _replace(models / CURRENT, name + "\n")


def is_taken(models: Path) -> bool:
    """Whether `current` or `previous` there is something else than the name of a version: another program's."""
    for path in (models / CURRENT, models / PREVIOUS):
        if path.exists() and not (path.is_file() and _NAME.fullmatch(path.read_text("utf-8", "replace").strip())):
            return True
    return False


def previous(models: Path) -> str:
    """The name of the version that was current before this one; ModelError where none is known."""
    try:
        name = (models / PREVIOUS).read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise ModelError(f"no earlier version is known in {models}: use `sentiment models promote`") from error
    return existing(models, name)


def existing(models: Path, name: str) -> str:
    """The name, if a version has it; else ModelError names those there are."""
    if not _NAME.fullmatch(name):
        raise ModelError(f"{models}: {name!r} is no version's name (letters, digits, '.', '_' and '-')")
    if not (models / name / MANIFEST).is_file():
        raise ModelError(f"no version {name} in {models}; there are: {', '.join(names(models)) or 'none'}")
    return name


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise ModelError(
            f"{path} can't be written: {error.strerror}; the version in use is the same as before"
        ) from error
    _sync_directory(path.parent)


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
