"""`sentiment models`: which versions there are, what they say of themselves, and which one is in use."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from sentiment import Classifier, versions
from sentiment.errors import ModelError
from sentiment.folder import read_manifest

_MODELS = click.option(
    "--models",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Folder of models.",
)


@click.group()
def models() -> None:
    """List, show, verify, promote and roll back model versions."""


@models.command("list")
@_MODELS
def list_versions(folder: Path) -> None:
    """All versions, the oldest first; `*` marks the one in use."""
    try:
        used = versions.current(folder)
    except ModelError:
        used = ""
    for name in versions.names(folder):
        scores = read_manifest(folder / name).metrics.get("all", {})
        accuracy = f"accuracy {scores['accuracy']:.3f} on {scores['n']:,} test rows" if scores else "no test rows"
        click.echo(f"{'*' if name == used else ' '} {name}  {accuracy}")


@models.command()
@click.argument("version", required=False)
@_MODELS
def show(version: str | None, folder: Path) -> None:
    """Print model.json of VERSION (default: the one in use) without its character lists and checksums."""
    manifest = read_manifest(versions.resolve(folder / version if version else folder))
    shown = msgspec.to_builtins(manifest)
    del shown["files"], shown["text_rule"]
    click.echo(msgspec.json.format(msgspec.json.encode(shown), indent=2))


@models.command()
@click.argument("version", required=False)
@_MODELS
def verify(version: str | None, folder: Path) -> None:
    """Load VERSION (default: the one in use): every checksum compared, every golden text scored again."""
    classifier = Classifier.load(folder / version if version else folder)
    click.echo(f"{classifier.version}: {len(classifier.manifest.files)} files and all golden texts are as saved")


@models.command()
@click.argument("version")
@_MODELS
def promote(version: str, folder: Path) -> None:
    """Make VERSION the one in use."""
    Classifier.load(folder / version)
    versions.promote(folder, version)
    click.echo(f"{version} is now in use")


@models.command()
@_MODELS
def rollback(folder: Path) -> None:
    """Go back to the version that was in use before."""
    click.echo(f"{versions.rollback(folder)} is in use again")
