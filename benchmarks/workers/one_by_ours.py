"""The classifier, one review a question: from a new process to its first answer."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.workers.answering import answer
from sentiment import Classifier


def main(models: Path) -> None:
    classifier = Classifier.load(models)

    def measure(text: str) -> dict[str, float]:
        return {"probability": classifier.predict([text])[0].probability}

    answer(measure)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
