"""The classifier, texts in memory. They are new each time: Python keeps a text's UTF-8 once it was asked for."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.rows import read
from benchmarks.workers.answering import answer_rates
from sentiment import Classifier


def main(models: Path, reviews: Path) -> None:
    texts, classifier = read(reviews).texts, Classifier.load(models)
    encoded = [text.encode() for text in texts]

    def renew() -> None:
        texts[:] = map(bytes.decode, encoded)

    answer_rates(lambda: classifier.predict(texts).probability, len(texts), renew)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
