"""What the machine allows: each byte read once, each term hashed once from memory, each looked up once at random.

Nothing is split, folded, counted or summed in order. The table looked up is the smallest that can tell a model's
buckets apart, a bit for each of 2^22 (512 kB); from a dense array of coefficients (32 MB) the same gathers take three
times as long.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numba
import numpy as np

from benchmarks.rows import read
from benchmarks.workers.answering import answer_rates
from sentiment import Classifier
from sentiment.classifier import encode_texts
from sentiment.codepoints import U32, U64, Bits, Bytes, Codes
from sentiment.hashing import SEED, finish, mix
from sentiment.kernel import Offsets, walk

WORDS = 1 << 16  # of 64 bits


@numba.njit(cache=True)
def least_work(data: Bytes, offsets: Offsets, terms: Offsets, table: Bits, buckets: Codes) -> int:
    """A sum of all that was read, so that no reading can be left out."""
    total = U64(0)
    for text in range(len(offsets) - 1):
        for place in range(U64(offsets[text]), U64(offsets[text + 1])):
            total += data[place]
        for place in range(U64(terms[text])):  # a term has nine bytes: two blocks and what is left over
            block = U32(place) ^ U32(total)
            buckets[place] = finish(mix(mix(U32(SEED), block), block), block, U32(9)) & U32(WORDS - 1)
        for place in range(U64(terms[text])):
            total += table[buckets[place]]
    return total


def main(models: Path, reviews: Path) -> None:
    texts, tables = read(reviews).texts, Classifier.load(models).tables
    walks = (walk(np.frombuffer(text.encode(), np.uint8), tables) for text in texts)
    terms = np.array([len(buckets) for _, _, buckets in walks])
    data, offsets = encode_texts(texts)
    table, buckets = np.ones(WORDS, np.uint64), np.empty(terms.max(), np.uint32)
    answer_rates(lambda: least_work(data, offsets, terms, table, buckets), len(texts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
