"""A virtual environment for each set of pinned packages, made once and again when its pins change."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


class InstallError(Exception):
    """The packages can't be had on this machine; the message is the last line of pip's."""


def python_of(name: str, home: Path) -> Path:
    """The interpreter of an environment in `home` with the packages of `requirements-<name>.txt`."""
    pins = (HERE / f"requirements-{name}.txt").read_text()
    folder = home / "environments" / name
    python, installed = folder / "bin" / "python", folder / "installed.txt"
    if not installed.is_file() or installed.read_text() != pins:
        _call([sys.executable, "-m", "venv", "--clear", str(folder)])
        requirements = str(HERE / f"requirements-{name}.txt")
        _call([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements])
        installed.write_text(pins)
    return python


def _call(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InstallError((done.stderr.strip() or done.stdout.strip()).rsplit("\n", 1)[-1][:300])
