"""`sentiment kafka start | status | stop`, in processes of their own as a user runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from local.jars import Software

SENTIMENT = [sys.executable, "-c", "from cli.main import main; main()", "kafka"]


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*SENTIMENT, "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_start_status_and_stop_tell_people_and_programs(tmp_path: Path, software: Software) -> None:
    (tmp_path / "kafka").mkdir()
    (tmp_path / "kafka" / "libs").symlink_to(software.libs)
    try:
        started = run(tmp_path, "start", "--port", "0")
        running = json.loads(run(tmp_path, "status", "--json").stdout)
        again = json.loads(run(tmp_path, "start", "--json").stdout)
    finally:
        stopped = run(tmp_path, "stop")
    assert started.returncode == 0, started.stderr
    assert f"export KAFKA_BOOTSTRAP_SERVERS={running['address']}\n" in started.stdout
    assert started.stderr == ""
    assert again == running
    assert stopped.stdout == "Kafka does not run.\n"
    assert run(tmp_path, "status").returncode == 1


def test_a_setting_that_is_wrong_ends_with_misuse(tmp_path: Path) -> None:
    assert run(tmp_path, "start", "--port", "70000").returncode == 2
