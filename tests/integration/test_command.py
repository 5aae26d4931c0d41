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
        elsewhere = run(tmp_path, "start", "--port", "1")
    finally:
        stopped = run(tmp_path, "stop")
    assert started.returncode == 0, started.stderr
    assert f"export KAFKA_BOOTSTRAP_SERVERS={running['address']}\n" in started.stdout
    assert started.stderr == ""
    assert again == running
    assert elsewhere.returncode == 1
    assert f"runs at {running['address']}: stop it first" in elsewhere.stderr
    assert stopped.stdout == f"Kafka at {running['address']} has been stopped.\n"
    stopped_before, status = run(tmp_path, "stop"), run(tmp_path, "status")
    assert (stopped_before.returncode, status.returncode) == (0, 1)
    assert stopped_before.stdout == status.stdout == f"No Kafka of {tmp_path} runs.\n"


def test_a_setting_that_is_wrong_ends_with_misuse(tmp_path: Path) -> None:
    assert run(tmp_path, "start", "--port", "70000").returncode == 2
