"""fastText, given the texts already split into tokens: splitting them in Python is not its work."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.peers.exchange import read
from benchmarks.peers.fast_text import learn
from benchmarks.peers.tokens import spaced
from benchmarks.workers.answering import answer_rates


def main(reviews: Path) -> None:
    rows = read([reviews])
    model = learn(rows, {"lr": 0.3, "epoch": 5, "wordNgrams": 3})
    lines = [spaced(text) for text in rows.texts]
    answer_rates(lambda: model.predict(lines), len(lines))


if __name__ == "__main__":
    main(Path(sys.argv[2]))
