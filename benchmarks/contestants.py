"""The peers: which there are, and one of them trained and scored in its own environment."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from benchmarks.environments import InstallError, python_of
from benchmarks.measuring import RunError, run
from benchmarks.outcomes import Outcome, scores_of
from benchmarks.rows import Rows


class Peer(NamedTuple):
    """A script in `benchmarks/peers/` and the pins it needs; None is this program's own environment."""

    name: str
    module: str
    pins: str | None


PEERS = (
    Peer("nbsvm", "nbsvm", "scikit-learn"),
    Peer("scikit-learn-tuned", "tfidf_tuned", "scikit-learn"),
    Peer("scikit-learn", "tfidf_defaults", "scikit-learn"),
    Peer("fasttext", "fast_text", "fasttext"),
    Peer("vowpal-wabbit", "vowpal_wabbit", "vowpalwabbit"),
    Peer("spark-as-usual", "spark_usual", None),
)


def compete(peer: Peer, rows: Rows, home: Path) -> Outcome:
    """Train and score a peer; what goes wrong is its outcome."""
    output = home / "answers" / peer.name
    shutil.rmtree(output, ignore_errors=True)
    folders = ("--train", rows.train, "--test", rows.test, "--output", output)
    try:
        python = python_of(peer.pins, home) if peer.pins else sys.executable
        usage = run(home / "logs" / f"{peer.name}.log", python, "-m", f"benchmarks.peers.{peer.module}", *folders)
    except (InstallError, RunError) as error:
        return Outcome({}, error=str(error))
    scores = scores_of(rows, lambda path, _: pq.read_table(output / path.name)["probability"].to_pylist())
    return Outcome(scores, usage, json.loads((output / "chosen.json").read_text()))
