"""`sentiment models`: which versions there are, what they say of themselves, and which one is in use."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from cli.compare import compare_on, compare_reports, show_comparison
from cli.predict_file import Job
from sentiment import Classifier, library, versions
from sentiment.behaviour import Behaviour, Failure, run_suite
from sentiment.errors import ModelError, SettingError
from sentiment.folder import MANIFEST, read_manifest
from sentiment.scoring import kernel
from sentiment.wording import counted

LEAST_ROWS, WIDEST = 200, 0.1  # test rows, and the 95 % interval of their accuracy, that say how good a model is

_MODELS = click.option(
    "--models",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("models"),
    envvar="SENTIMENT_MODEL",
    show_default=True,
    show_envvar=True,
    help="Folder of model versions, or one version's folder, which then is the one in use.",
)


@click.group()
def models() -> None:
    """List, show, verify, compare and promote model versions, go back; compile the scorer."""


@models.command("list")
@_MODELS
def list_versions(folder: Path) -> None:
    """All versions, the oldest first; `*` marks the one in use."""
    chosen, folder = folder, _of_versions(folder)
    names = versions.names(folder)
    if not names:
        raise ModelError(f"no model in {folder}: train one with `sentiment train` or name another folder")
    try:
        used = versions.resolve(chosen).name
    except ModelError as error:
        used = ""
        click.echo(str(error), err=True)
    for name in names:
        click.echo(f"{'*' if name == used else ' '} {name}  {_in_short(folder / name)}")


@models.command()
@click.argument("version", required=False)
@_MODELS
def show(version: str | None, folder: Path) -> None:
    """Print model.json of VERSION (default: the one in use) without its character lists and checksums."""
    manifest = read_manifest(_chosen(folder, version))
    shown = msgspec.to_builtins(manifest)
    del shown["files"], shown["text_rule"]
    click.echo(msgspec.json.format(msgspec.json.encode(shown), indent=2))


@models.command()
@click.argument("version", required=False)
@_MODELS
@click.option("--failures", is_flag=True, help="Name each case of the behaviour suite that the model fails.")
def verify(version: str | None, folder: Path, failures: bool) -> None:
    """Load VERSION (default: the one in use): every checksum compared, every golden text scored again.

    Then the behaviour suite is run. Its failures are reported, but do not change the exit code.
    """
    classifier = Classifier.load(_chosen(folder, version))
    click.echo(f"{classifier.version}: {len(classifier.manifest.files)} files and all golden texts are as saved")
    behaviour = run_suite(classifier)
    _show_behaviour(behaviour)
    for failure in (failure for capability in behaviour for failure in capability.failures if failures):
        _show_failure(failure)


@models.command()
@click.argument("version")
@_MODELS
def promote(version: str, folder: Path) -> None:
    """Make VERSION the one in use, once it has been verified."""
    _put_to_use(folder, version)
    click.echo(f"{version} is now in use")


@models.command()
@_MODELS
def rollback(folder: Path) -> None:
    """Go back to the version that was in use before, once it has been verified."""
    version = versions.previous(_of_versions(folder))
    _put_to_use(folder, version)
    click.echo(f"{version} is in use again")


@models.command()
@click.argument("first")
@click.argument("second", required=False)
@_MODELS
@click.option("--input", "source", metavar="FILE", help="Have both classify a CSV, TSV, JSON lines or Parquet file.")
@click.option("--text", metavar="COLUMN", help="The file's column with the text, if its name is an unusual one.")
@click.option("--label", metavar="COLUMN", help="The file's column with the true labels: say which model is right.")
@click.option("--most", type=click.IntRange(min=0), default=5, show_default=True, help="Texts to show.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def compare(first: str, second: str | None, folder: Path, as_json: bool, **of_file: Any) -> None:
    """Compare version FIRST with SECOND (default: the one in use).

    Without a file, by the scores that each got when it was trained, which may be on different test rows.
    """
    paths = (_chosen(folder, first), _chosen(folder, second))
    if of_file["source"] is None:
        if stray := [f"--{name}" for name in ("text", "label") if of_file[name]]:
            raise click.UsageError(f"{stray[0]} goes with --input FILE")
        compare_reports(paths, as_json)
    else:
        job = Job(of_file["source"], text=of_file["text"], label=of_file["label"])
        both = (Classifier.load(paths[0]), Classifier.load(paths[1]))
        show_comparison(compare_on(both, job, of_file["most"]), both, as_json)


@models.command("compile")
def compile_scorer() -> None:
    """Have numba compile the scorer now, so that the first process to load a model need not."""
    click.echo(f"compiled: {', '.join(kernel())}")


@models.command("library")
def make_libraries() -> None:
    """Compile the scorer to libraries beside its source, which are used from then on, without numba.

    One for each level of processors: a process loads the fastest one that its machine can run. For the building of
    images. Needs numba and `ld`, on Linux.
    """
    if lacking := [name for name in ("numba", "llvmlite") if importlib.util.find_spec(name) is None]:
        raise SettingError(f"{lacking[0]} is not installed: install numba")
    for level in library.LEVELS:
        command = [sys.executable, "-P", "-m", "sentiment.library_build", level]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"the compiler has ended with {done.returncode}"]
            raise SettingError(f"no library for {level}: {said[-1]}")
        click.echo(f"written: {library.path_of(level)}")


def _chosen(folder: Path, version: str | None) -> Path:
    """The folder of that version, or of the one in use."""
    if version is None:
        return versions.resolve(folder)
    return _of_versions(folder) / versions.existing(_of_versions(folder), version)


def _of_versions(folder: Path) -> Path:
    """The folder of versions, also where one version's folder is named, as SENTIMENT_MODEL may."""
    return folder.absolute().parent if (folder / MANIFEST).is_file() else folder


def _put_to_use(folder: Path, version: str) -> None:
    Classifier.load(_chosen(folder, version))
    versions.promote(_of_versions(folder), version)


def _in_short(version: Path) -> str:
    """How good a version is, or why it can't be used."""
    try:
        scores = read_manifest(version).metrics.get("all", {})
    except ModelError as error:
        return str(error)
    if not scores:
        return "no test rows"
    told = f"accuracy {scores['accuracy']:.3f} on {counted(scores['n'], 'test row')}"
    return f"{told}: too few to say" if _too_few(scores) else told


def _too_few(scores: dict[str, Any]) -> bool:
    """Whether the test rows are too few to trust the accuracy.

    Where all are right, the interval has no width, so their number counts too.
    """
    ends = scores.get("interval", {}).get("accuracy", (0.0, 0.0))
    return scores["n"] < LEAST_ROWS or None in ends or ends[1] - ends[0] > WIDEST


def _show_behaviour(behaviour: Behaviour) -> None:
    table = Table("capability", "passed", "of", "rate", "", box=None)
    for column in table.columns[1:4]:
        column.justify = "right"
    for each in behaviour:
        note = "known weak" if each.weak else ""
        table.add_row(each.name, str(each.passed), str(each.total), f"{each.rate:.0%}", note)
    Console().print(table)


def _show_failure(failure: Failure) -> None:
    case, answers = failure
    click.echo(f"\n{case.capability}, {case.language}: expected {case.expectation}")
    for text, answer in zip(case.texts, answers, strict=True):
        click.echo(f"  {answer.label}, probability {answer.probability:.3f}: {text}")
