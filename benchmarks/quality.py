"""How good the model is beside its peers, on the same rows: `python -m benchmarks.quality`.

Prints a table, writes it to benchmarks/results/, and ends with one line of JSON: program -> test -> metric -> value.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks import contestants, ours, reporting
from benchmarks.measuring import RunError, run
from benchmarks.outcomes import Outcome
from benchmarks.rows import Rows, prepare, prepare_exam
from local.java import find_java
from sentiment.errors import DataError, SentimentError

HERE = Path(__file__).parent
STARTER = HERE.parent / "data"
MORE = HERE.parents[1] / "shared" / "data"  # rows that may not be shipped with the project lie beside it, if at all
OURS = "ours"
WIDTH = 120  # of the table, in characters


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    envvar="QUALITY_DATA",
    default=lambda: MORE if MORE.is_dir() else STARTER,
    show_default="what lies beside the project, else data",
    help="Folder of labelled Parquet files; those called NAME-test.parquet are the tests.",
)
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    envvar="BENCH_HOME",
    default=Path(".local/bench"),
    show_default=True,
    help="For environments, models and logs.",
)
@click.option(
    "--results", type=click.Path(path_type=Path), default=HERE / "results", help="Folder of the JSON file and plot."
)
@click.option("--most", type=click.IntRange(min=200), help="For a quick look: use so many rows of each file.")
@click.option("--twice", is_flag=True, help="Train ours a second time and compare the bytes of its coefficients.")
def command(data: Path, home: Path, results: Path, most: int | None, twice: bool) -> None:
    """Train and score the model and its peers, one at a time."""
    # An exception ends what was started; the signal alone would not.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    os.environ["JAVA_HOME"] = str(find_java(Path(os.environ.get("SENTIMENT_HOME", ".local"))).home)
    rows = _rows(data, home, most)
    outcomes = _compete(rows, home, twice)
    path = reporting.write(outcomes, rows, results)
    console = Console(width=WIDTH)
    counts = rows.counts()["test"]
    console.print(reporting.table(outcomes, {path.stem: counts[path.stem] for path in rows.tests}))
    console.print_json(msgspec.json.encode(outcomes[OURS].about).decode())
    console.print(f"written to {path} and {path.with_suffix('.png').name}")
    click.echo(msgspec.json.encode({name: outcome.by_test() for name, outcome in outcomes.items()}))
    if outcomes[OURS].error:
        sys.exit(1)


def _rows(data: Path, home: Path, most: int | None) -> Rows:
    """The prepared files; where the data has no tests, a part is held out by groups of near-duplicates."""
    rows = prepare(data, home / "data", most)
    if not rows.test.is_dir():
        rows.test.mkdir()
        folders = ("--train", rows.train, "--test", rows.test)
        try:
            run(home / "logs" / "holding_out.log", sys.executable, "-m", "benchmarks.holding_out", *folders)
        except RunError as error:
            raise DataError(f"no test rows could be held out of {data}: {error}") from error
    prepare_exam(STARTER / "reviews_unique.csv", rows)
    return rows


def _compete(rows: Rows, home: Path, twice: bool) -> dict[str, Outcome]:
    outcomes = {}
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(OURS)
        outcomes[OURS] = ours.compete(rows, home, twice)
        progress.console.print(_told(OURS, outcomes[OURS]))
        for peer in contestants.PEERS:
            progress.update(task, description=peer.name)
            outcomes[peer.name] = contestants.compete(peer, rows, home)
            progress.console.print(_told(peer.name, outcomes[peer.name]))
    return outcomes


def _told(name: str, outcome: Outcome) -> str:
    return f"{name}: {outcome.usage.seconds:.0f} s" if outcome.usage else f"{name}: {outcome.error}"


if __name__ == "__main__":
    try:
        command(prog_name="python -m benchmarks.quality")
    except SentimentError as error:
        click.echo(f"quality: {error}", err=True)
        sys.exit(error.exit_code)
