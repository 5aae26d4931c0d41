"""`sentiment ui` hands on what it was given, and refuses what is wrong before a page is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from cli.ui.command import as_environment, given_to_page, streamlit_options, ui


def test_the_page_is_given_what_the_command_was(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["--api", "https://api.example:8443", "--models", "/srv/models", "--group", "other"]
    arguments += ["--bootstrap-servers", "one:9092,two:9092", "--results-topic", "out", "--port", "9000"]
    given = ui.make_context("ui", arguments).params
    told = {name: value for name, value in given.items() if name not in ("host", "port")}
    for variable, value in as_environment(told).items():
        monkeypatch.setenv(variable, value)
    read = given_to_page()
    assert {name: read[name] for name in told} == told
    assert (read["api"], read["models"], read["results_topic"]) == (
        "https://api.example:8443",
        Path("/srv/models"),
        "out",
    )


def test_streamlit_is_told_to_call_home_to_nobody() -> None:
    options = list(streamlit_options())
    assert "--browser.gatherUsageStats=false" in options
    assert all(option.startswith("--") and "=" in option for option in options)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--api", "localhost"], "--api"),
        (["--bootstrap-servers", "nowhere"], "KAFKA_BOOTSTRAP_SERVERS"),
        (["--results-topic", "reviews"], "must differ"),
    ],
)
def test_a_wrong_setting_is_told_at_the_start(arguments: list[str], named: str) -> None:
    run = subprocess.run([sys.executable, "-m", "cli", "ui", *arguments], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert named in run.stderr


@pytest.mark.parametrize("port", ["99999", "-5"])
def test_a_port_that_there_is_not_is_misuse(port: str) -> None:
    with pytest.raises(click.BadParameter, match=f"{port} is not in the range 0<=x<=65535"):
        ui.make_context("ui", ["--port", port])


def test_without_streamlit_it_says_what_to_install() -> None:
    hide = "import sys; sys.modules['streamlit'] = None; from cli.main import main; main(['ui'])"
    run = subprocess.run([sys.executable, "-c", hide], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert "pip install '.[ui]'" in run.stderr
