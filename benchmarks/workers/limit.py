"""What the machine allows: each byte read once, each term hashed once, each looked up once at random.

Nothing is split, folded, counted or summed in order. The table looked up has a bit for each of the model's buckets:
1 MB for 2^23, where a dense array of their coefficients would have 64.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numba
import numpy as np
import numpy.typing as npt

from benchmarks.rows import read
from benchmarks.workers.answering import answer_rates
from sentiment import Classifier
from sentiment.hashing import SEED, finish, mix
from sentiment.tables import U32, U64, Bits, Bytes, Codes

Places = npt.NDArray[np.int64]


@numba.njit(cache=True)
def least_work(data: Bytes, offsets: Places, terms: Places, table: Bits, buckets: Codes) -> int:
    """A sum of all that was read, so that no reading can be left out. The table has a power of two of words."""
    total, mask = U64(0), U32(len(table) - 1)
    for text in range(len(offsets) - 1):
        for place in range(U64(offsets[text]), U64(offsets[text + 1])):
            total += data[place]
        for place in range(U64(terms[text])):  # a term has nine bytes: two blocks and what is left over
            block = U32(place) ^ U32(total)
            buckets[place] = finish(mix(mix(U32(SEED), block), block), block, U32(9)) & mask
        for place in range(U64(terms[text])):
            total += table[buckets[place]]
    return total


def main(models: Path, reviews: Path) -> None:
    strings, classifier = read(reviews).texts, Classifier.load(models)
    terms = np.array([len(classifier.scorer.walk(text).buckets) for text in strings])
    texts = [*map(str.encode, strings)]
    data, offsets = np.frombuffer(b"".join(texts), np.uint8), np.cumsum([0, *map(len, texts)])
    table = np.ones(classifier.manifest.hashing.buckets // 64, np.uint64)
    buckets = np.empty(terms.max(), np.uint32)
    answer_rates(lambda: least_work(data, offsets, terms, table, buckets), len(texts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
