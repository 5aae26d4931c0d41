"""The scorer alone, on texts that have their UTF-8: what the limit reads. None is cleaned, no probability told."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.rows import read
from benchmarks.workers.answering import answer_rates
from sentiment import Classifier


def main(models: Path, reviews: Path) -> None:
    texts, scorer = read(reviews).texts, Classifier.load(models).scorer
    answer_rates(lambda: scorer.score(texts), len(texts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
