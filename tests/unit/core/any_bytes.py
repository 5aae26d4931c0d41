"""Scores bytes that are no UTF-8 at all; run by `test_kernel` with numba's bounds checking on."""

from __future__ import annotations

import random

import numpy as np

from sentiment import kernel
from sentiment.textrule import default_text_rule

TEXTS = 2000
PIECES = [b"a", b"'", b"/", b"7", b" ", b".", "é’😀".encode(), b"\xf0", b"\xe2\x80", b"\xff\xff", b"good film", b"\x00"]


def some_bytes(chance: random.Random) -> bytes:
    """Bytes at random, or pieces of texts cut and joined at random, so that all that is rare comes together."""
    if chance.random() < 0.3:
        return chance.randbytes(chance.randrange(200))
    return b"".join(chance.choices(PIECES, k=chance.randrange(60)))[: chance.randrange(1, 400)]


def main() -> None:
    chance, rule = random.Random(7), default_text_rule()
    for buckets, max_order in ((64, 1), (1 << 18, 3), (1 << 24, 8)):
        kept = np.arange(0, buckets, 61, dtype=np.uint32)
        weights = (np.ones(len(kept)), 0.0)
        tables = kernel.make_tables((rule.kinds(), rule.folds(), max_order), (buckets, kept), weights)
        texts = [some_bytes(chance) for _ in range(TEXTS)]
        offsets = np.cumsum([0, *map(len, texts)])
        margins, _ = kernel.score(np.frombuffer(b"".join(texts), np.uint8), offsets, tables)
        for text, margin in zip(texts, margins, strict=True):
            alone, _ = kernel.score(np.frombuffer(text, np.uint8), np.array([0, len(text)]), tables)
            assert alone[0] == margin
            kernel.ranks_of(kernel.walk(np.frombuffer(text, np.uint8), tables)[2], tables)
    try:
        kernel.score(np.frombuffer(b"a film", np.uint8), np.array([0, 7]), tables)
    except IndexError:
        print(f"{TEXTS} texts of arbitrary bytes, and bounds are checked")  # noqa: T201


if __name__ == "__main__":
    main()
