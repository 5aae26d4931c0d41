"""Our own model: trained by the public command, scored by the serving code, certified on the test rows."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.measuring import RunError, Usage, run
from benchmarks.outcomes import Outcome, scores_of
from benchmarks.rows import Rows
from sentiment import Classifier

SPARK = "spark"  # the model's folder that serving does without
FILM = "film"  # a column of some data sets


def compete(rows: Rows, home: Path, twice: bool) -> Outcome:
    """Train, score and prove; `twice` trains again and compares the coefficients byte by byte."""
    try:
        usage = _train(rows, home / "models", home)
        classifier = Classifier.load(home / "models")
        about = {
            "version": classifier.version,
            "size_mb": round(_size(classifier.path) / 1e6, 2),
            "parity": classifier.manifest.parity,
        }
        if twice:
            _train(rows, home / "models-again", home)
            about["second_training_same_bytes"] = _same_coefficients(classifier.path, home / "models-again")
    except RunError as error:
        return Outcome({}, error=str(error))
    return Outcome(scores_of(rows, lambda _, test: classifier.predict(test.texts).probability), usage, about)


def _train(rows: Rows, models: Path, home: Path) -> Usage:
    shutil.rmtree(models, ignore_errors=True)
    log = home / "logs" / f"{models.name}.log"
    return run(log, sys.executable, "-m", "cli", "train", *options(rows), "--output", str(models))


def options(rows: Rows) -> list[str]:
    """What `sentiment train` is told of the rows: which they are, and the films' column where there is one."""
    columns = {name for path in rows.train.glob("*.parquet") for name in pq.read_schema(path).names}
    film = ["--film", FILM] if FILM in columns else []
    return [*_each("--input", rows.train), *_each("--test", rows.test), *film]


def _each(flag: str, folder: Path) -> list[str]:
    return [word for path in sorted(folder.glob("*.parquet")) for word in (flag, str(path))]


def _size(version: Path) -> int:
    """Bytes of all files but Spark's own form of the model."""
    files = (path for path in version.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files if SPARK not in path.relative_to(version).parts)


def _same_coefficients(version: Path, models: Path) -> bool:
    name = "coefficients.npz"
    return (version / name).read_bytes() == (Classifier.load(models).path / name).read_bytes()
