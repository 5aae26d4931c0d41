"""`sentiment predict` and `explain` of texts and of standard input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.app import create_app
from api.settings import Settings
from cli.predict import explain, predict
from sentiment import Classifier
from sentiment.errors import DataError
from sentiment.reviews import MOST_CHARACTERS
from tests.unit.cli.predicting import run


def test_texts_and_lines_of_standard_input_are_answered_one_by_one(model: Path) -> None:
    assert run(model, "a great film").stdout.startswith("positive ")
    lines = run(model, "--json", stdin="a great film\nawful\n").stdout.splitlines()
    assert [json.loads(line)["label"] for line in lines] == ["positive", "negative"]


def test_texts_that_can_not_be_classified_are_named_and_the_others_answered(model: Path) -> None:
    lines = "good\n \n" + "a" * (MOST_CHARACTERS + 1) + "\nawful\n"
    result = run(model, "--json", stdin=lines)
    assert [json.loads(line)["review"]["text"] for line in result.stdout.splitlines()] == ["good", "awful"]
    assert result.stderr == (
        f"line 2 is empty or white space\nline 3 has {MOST_CHARACTERS + 1} characters, the most is {MOST_CHARACTERS}\n"
    )
    assert result.exit_code == 1
    assert run(model, "good", "").stderr == "text 2 is empty or white space\n"


@pytest.mark.parametrize(("lines", "told"), [('{"text": "good"}\n', True), ("good\n", False)])
def test_lines_that_look_like_json_are_said_to_be_classified_as_texts(model: Path, lines: str, told: bool) -> None:
    result = run(model, stdin=lines)
    assert result.stdout.startswith("positive")
    assert ("--input NAME.jsonl" in result.stderr) == told


@pytest.mark.parametrize("verb", ["predict", "explain"])
def test_whoever_is_waited_for_at_a_terminal_is_told(model: Path, verb: str) -> None:
    keyboard, terminal = os.openpty()
    try:
        os.write(keyboard, b"good\n\x04")
        command = [sys.executable, "-m", "cli", verb, "--model", str(model)]
        done = subprocess.run(command, stdin=terminal, capture_output=True, text=True, timeout=60, check=True)
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert done.stderr == "reading lines from the terminal; Ctrl-D ends\n"
    assert done.stdout.startswith("positive ")
    assert run(model, stdin="good\n").stderr == ""


def test_bytes_that_are_no_text_are_refused(model: Path) -> None:
    with pytest.raises(DataError, match="text 1 is not UTF-8"):
        run(model, "--json", "caf\udce9")  # how Python reads such an argument
    with pytest.raises(DataError, match="line 1 of standard input is not UTF-8"):
        run(model, stdin=b"caf\xe9\n")
    with pytest.raises(DataError, match="expected a file"):
        run(model, "--input", "-")


def test_what_a_text_would_command_the_terminal_is_shown_as_it_is(model: Path) -> None:
    assert r"good \x1b]0;title\x07 end" in run(model, "good \x1b]0;title\x07\nend").stdout


def test_the_model_can_be_named_by_the_environment(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTIMENT_MODEL", str(model))
    result = CliRunner().invoke(predict, ["good"])
    assert result.stdout.startswith("positive ")


def test_a_text_that_is_a_file_s_name_is_pointed_out(model: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\ngood\n")
    name = str(tmp_path / "in.csv")
    result = run(model, name, "good" * 100)
    assert result.stderr == f"{name} is classified as a text; for the rows of the file: --input {name}\n"
    assert len(result.stdout.splitlines()) == 2


@pytest.mark.parametrize("most", [1, 2, 100])
def test_what_explain_shows_adds_up_to_the_margin(model: Path, most: int) -> None:
    arguments = ["--model", str(model), "--most", str(most), "A great film, good but awful and bad"]
    _, head, *lines = CliRunner().invoke(explain, arguments, catch_exceptions=False).stdout.splitlines()
    margin, intercept = (float(number) for number in re.findall(r"[+-][\d.]+", head))
    weights = [float(line.split()[0]) for line in lines]
    assert sum(weights) + intercept == pytest.approx(margin, abs=0.0005 * (len(lines) + 2))
    assert ("all others (" in lines[-1]) == (most < 3)


def test_explain_begins_with_the_answer_of_predict(model: Path) -> None:
    texts = ("A great film", "nothing that is known", "awful")
    lines = CliRunner().invoke(explain, ["--model", str(model), *texts], catch_exceptions=False).stdout.splitlines()
    heads = [place for place, line in enumerate(lines) if line.startswith("margin")]
    assert [lines[place - 1] for place in heads] == run(model, *texts).stdout.splitlines()
    assert [lines[place].endswith("(no known term)") for place in heads] == [False, True, False]


def test_explain_gives_programs_what_the_api_gives(model: Path) -> None:
    texts = ("Not bad, but boring", "awful <br /> film")
    client = create_app(Classifier.load(model), Settings()).test_client()
    lines = CliRunner().invoke(explain, ["--model", str(model), "--json", *texts], catch_exceptions=False).stdout
    told = [client.post("/explain", json={"text": text}).get_json() for text in texts]
    assert [json.loads(line) for line in lines.splitlines()] == told
