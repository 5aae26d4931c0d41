"""`sentiment predict` as a user starts it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from cli.predict import predict


def run(model: Path, *arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(predict, ["--model", str(model), *map(str, arguments)], input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
