"""How fast the program is beside its peers: `python -m benchmarks.bench [--part NAME]...`, or `make bench PART=NAME`.

Prints a table, keeps it in benchmarks/results/ with a plot, and ends with one line of JSON: part -> ratio -> value.
"""

from __future__ import annotations

import importlib
import math
import os
import pkgutil
import signal
import sys
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks import parts, telling
from benchmarks.context import Context
from benchmarks.telling import Measured
from local.java import find_java
from sentiment.errors import SentimentError

HERE = Path(__file__).parent
PARTS = sorted(module.name for module in pkgutil.iter_modules(parts.__path__))
ROUNDS = 5
WIDTH = 120  # of the table, in characters


@click.command()
@click.option("--part", "chosen", multiple=True, type=click.Choice(PARTS), help="Only this one; may be repeated.")
@click.option("--rounds", type=click.IntRange(min=1), default=ROUNDS, show_default=True, help="Of each contestant.")
@click.option(
    "--models",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("models"),
    show_default=True,
    help="Folder of models.",
)
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    envvar="BENCH_HOME",
    default=Path(".local/bench"),
    show_default=True,
    help="For environments, logs and scratch files.",
)
@click.option("--results", type=click.Path(path_type=Path), default=HERE / "results", help="Folder of JSON and plot.")
def command(chosen: tuple[str, ...], rounds: int, models: Path, home: Path, results: Path) -> None:
    """Measure the program and its peers in turn, several rounds, the same texts for all."""
    # An exception ends what was started; the signal alone would not.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    os.environ["JAVA_HOME"] = str(find_java(Path(os.environ.get("SENTIMENT_HOME", ".local"))).home)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    parts, found = chosen or PARTS, {}
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for part in parts:
            try:
                found[part] = _measure(part, Context(home, models, HERE.parent / "data", rounds, progress))
            except SentimentError as error:  # what one part lacks, the others may do without
                click.echo(f"bench: {part}: {error}", err=True)
    if found:
        path = telling.write(found, results)
        console = Console(width=WIDTH)
        console.print(telling.table(found))
        console.print(f"written to {path} and {path.with_suffix('.png').name}")
        click.echo(msgspec.json.encode({part: _rounded(measured.ratios) for part, measured in found.items()}))
    sys.exit(1 if set(parts) - found.keys() else 0)


def _measure(part: str, context: Context) -> Measured:
    ratios: dict[str, float] = importlib.import_module(f"benchmarks.parts.{part}").run(context)
    return Measured({name: None if math.isnan(value) else value for name, value in ratios.items()}, context.rows)


def _rounded(ratios: dict[str, float | None]) -> dict[str, float | None]:
    """Four significant digits."""
    return {name: value and float(f"{value:.4g}") for name, value in ratios.items()}


if __name__ == "__main__":
    try:
        command(prog_name="python -m benchmarks.bench")
    except SentimentError as error:
        click.echo(f"bench: {error}", err=True)
        sys.exit(error.exit_code)
