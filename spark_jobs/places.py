"""Where a job puts what it makes: looked at before the job takes its time."""

from __future__ import annotations

import os
from pathlib import Path

from sentiment import versions
from sentiment.errors import SettingError


def require_folder(folder: Path, what: str) -> None:
    """SettingError where `what` can't be put into the folder, which need not be there yet."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise SettingError(f"no {what} can be put into {folder}: {there} is no folder that may be written to")


def require_models(folder: Path) -> None:
    """SettingError where no model can be put into the folder, or where it is another program's."""
    require_folder(folder, "model")
    if versions.is_taken(folder):
        raise SettingError(f"{folder} is no folder of models: its file `current` or `previous` names no version")


def require_file(path: Path, what: str) -> None:
    """SettingError where `what` can't be written to the path, over a file that is there already or a new one."""
    require_folder(path.parent, what)
    if path.exists() and not (path.is_file() and os.access(path, os.W_OK)):
        raise SettingError(f"no {what} can be written to {path}: it is no file that may be written to")
