"""What the documents tell people to type exists: verbs, flags, targets and files."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.main import cli

PROJECT = Path(__file__).parents[2]
DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]


def commands() -> Iterator[str]:
    """Each command line in the documents' shell blocks, continued lines joined."""
    for document in DOCUMENTS:
        for block in re.findall(r"```(?:sh|console)\n(.*?)```", document.read_text("utf-8"), re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                yield from (part.strip() for part in re.split(r"\s[|]\s|&&", line.partition("  #")[0]) if part.strip())


SENTIMENT = [line for line in commands() if re.match(r"(\.venv/bin/)?sentiment\b", line)]
MAKE = [line for line in commands() if line.startswith("make ")]


def test_the_readme_shows_commands() -> None:
    assert len(SENTIMENT) > 8
    assert {"make demo", "make test"} <= set(MAKE)


@pytest.mark.parametrize("line", SENTIMENT)
def test_each_sentiment_command_has_its_verb_and_flags(line: str) -> None:
    words = shlex.split(line)[1:]
    command: click.Command = cli
    context = click.Context(cli)
    while words and isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found is not None, line
        command = found
    if command.name in ("train", "score"):
        from spark_jobs import score, train_model

        command = {"train": train_model, "score": score}[command.name].command
    known = {flag for parameter in command.params for flag in parameter.opts} | {"--help"}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, line


@pytest.mark.parametrize("line", MAKE)
def test_each_make_target_exists(line: str) -> None:
    targets = re.findall(r"^([a-z]+):.*##", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    words = [word for word in line.split()[1:] if "=" not in word]
    assert set(words) <= set(targets)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_linked_file_exists(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text("utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target
