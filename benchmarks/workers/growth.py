"""Scores as many reviews as it is asked to, in batches, and tells what it took: time, and memory held at the end."""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.workers.answering import answer, resident_mb
from sentiment import Classifier

BATCH = 500


def main(models: Path, reviews: Path) -> None:
    texts = pq.read_table(reviews)["text"].to_pylist()
    classifier = Classifier.load(models)

    def measure(question: str) -> dict[str, float]:
        count, endless = int(question), itertools.cycle(texts)
        start = time.perf_counter()
        for _ in range(count // BATCH):
            classifier.predict(list(itertools.islice(endless, BATCH))).probability.tolist()
        seconds = time.perf_counter() - start
        return {"microseconds a review": 1e6 * seconds / count, "resident MB": resident_mb()}

    answer(measure)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
