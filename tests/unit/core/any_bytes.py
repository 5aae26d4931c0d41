"""Scores bytes that are no UTF-8 at all; run by `test_kernel` with numba's bounds checking on."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt

from sentiment import kernel
from sentiment.entries import carve
from sentiment.tables import ROWS, Tables, layout, make_tables
from sentiment.textrule import default_text_rule

TEXTS = 2000
PIECES = [b"a", b"'", b"/", b"7", b" ", b".", "é’😀".encode(), b"\xf0", b"\xe2\x80", b"\xff\xff", b"good film", b"\x00"]


def some_bytes(chance: random.Random) -> bytes:
    """Bytes at random, or pieces of texts cut and joined at random, so that all that is rare comes together."""
    if chance.random() < 0.3:
        return chance.randbytes(chance.randrange(200))
    return b"".join(chance.choices(PIECES, k=chance.randrange(60)))[: chance.randrange(1, 400)]


def score(texts: list[bytes], tables: Tables) -> npt.NDArray[np.float64]:
    """As `Scorer.score`, but by numba's functions, which alone can check bounds."""
    longest, offsets = max(map(len, texts)), np.cumsum([0, *map(len, texts)]).astype(np.uint64)
    margins, counts = np.empty(len(texts)), np.empty((len(texts), 2), np.int32)
    data = np.frombuffer(b"".join(texts), np.uint8)
    kernel.score((data, offsets[:-1], offsets[1:]), tables, work(longest, tables), (margins, counts))
    return margins


def walk(text: bytes, tables: Tables, longest: int) -> None:
    begin, end = np.array([[0], [len(text)]], np.uint64)
    kernel.walk((np.frombuffer(text, np.uint8), begin, end), tables, work(longest, tables))


def work(longest: int, tables: Tables) -> kernel.Work:
    at = layout(longest, tables.max_order, len(tables.coefficients))
    words = np.empty(at.end // 2 + 1, np.uint64)
    codes = words.view(np.uint32)
    masks = words[: ROWS * at.columns].reshape(ROWS, at.columns)
    return kernel.Work(*carve((words.view(np.uint8), codes, words, masks), longest, tables))


def main() -> None:
    chance, rule = random.Random(7), default_text_rule()
    for buckets, max_order in ((64, 1), (1 << 18, 3), (1 << 24, 8)):
        # The first row has more than it can tell; most have one or none.
        kept = np.union1d(np.arange(6), np.arange(0, max(buckets // 2, 64), 61)).astype(np.uint32)
        weights = (np.ones(len(kept)), 0.0)
        tables = make_tables((rule.kinds(), rule.folds(), max_order), (buckets, kept), weights)
        texts = [some_bytes(chance) for _ in range(TEXTS)]
        for text, margin in zip(texts, score(texts, tables), strict=True):
            assert score([text], tables)[0] == margin
            walk(text, tables, len(text))
    try:
        walk(b"a film " * 99, tables, 1)
    except IndexError:
        print(f"{TEXTS} texts of arbitrary bytes, and bounds are checked")  # noqa: T201


if __name__ == "__main__":
    main()
