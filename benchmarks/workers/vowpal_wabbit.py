"""Vowpal Wabbit, given lines of its own format: it splits and hashes them itself."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.peers.exchange import read
from benchmarks.peers.vowpal_wabbit import learn, lines_of
from benchmarks.workers.answering import answer_rates


def main(reviews: Path) -> None:
    rows = read([reviews])
    model = learn(rows, {"passes": 2, "ngram": 3, "learning_rate": 0.5})
    lines = lines_of(rows.texts, [""] * len(rows.texts))
    answer_rates(lambda: [model.predict(line) for line in lines], len(lines))


if __name__ == "__main__":
    main(Path(sys.argv[2]))
