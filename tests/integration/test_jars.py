"""Kafka's jars are the listed ones, or they are refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from local.jars import SUMS, Software, prepare, verify
from sentiment.errors import ServiceError

KAFKA = "kafka_2.13-4.1.1.jar"


@pytest.fixture
def libs(software: Software, tmp_path: Path) -> Path:
    """A copy of the jars, to be spoilt."""
    return Path(shutil.copytree(software.libs, tmp_path / "kafka" / "libs"))


def test_the_fetched_jars_are_the_listed_ones(libs: Path) -> None:
    verify(libs)
    subprocess.run(["sha256sum", "--check", "--quiet", "--strict", str(SUMS)], cwd=libs, check=True)


def test_a_changed_jar_is_refused(libs: Path) -> None:
    jar = bytearray((libs / KAFKA).read_bytes())
    jar[len(jar) // 2] ^= 1
    (libs / KAFKA).write_bytes(jar)
    with pytest.raises(ServiceError, match=f": {KAFKA}. Delete"):
        prepare(libs.parent.parent)


def test_a_missing_jar_is_refused(libs: Path) -> None:
    (libs / KAFKA).unlink()
    with pytest.raises(ServiceError, match=f": {KAFKA}. Delete"):
        prepare(libs.parent.parent)


def test_a_surplus_jar_is_refused(libs: Path) -> None:
    (libs / "another.jar").touch()
    with pytest.raises(ServiceError, match=r": another\.jar\. Delete"):
        prepare(libs.parent.parent)


def test_a_fetch_without_network_says_why_and_leaves_no_jars(tmp_path: Path) -> None:
    mirror = tmp_path / "ivysettings.xml"
    mirror.write_text(
        '<ivysettings><settings defaultResolver="mirror"/><resolvers>'
        '<ibiblio name="mirror" m2compatible="true" root="http://127.0.0.1:1/"/></resolvers></ivysettings>'
    )
    with pytest.raises(ServiceError, match=r"127\.0\.0\.1:1/.*Connection refused.*SENTIMENT_IVY_SETTINGS"):
        prepare(tmp_path, mirror)
    assert not (tmp_path / "kafka").exists()
