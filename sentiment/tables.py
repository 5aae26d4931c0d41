"""The arrays that the compiled scorer reads and writes. They are made by numpy: neither numba nor a compiler is needed.

All memory that the kernel works in is its caller's: what is compiled allocates nothing, and can be a plain library.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sentiment.textrule import DIGIT, WORD

U8, U32, U64 = np.uint8, np.uint32, np.uint64
ONE = U64(1)
SPACE = U8(0x20)
FILTER_BITS = 1 << 19  # 64 kB: most buckets without a coefficient are told by them, from a near cache
PADDING = 128  # bytes that the kernel has beyond twice a text's
LANES = 64  # bytes that one mask tells about
ROWS = 8  # of masks: one for each kind, and two
WORDS = 8  # of four bytes, in each of as many vectors
CHUNK = 256  # tokens whose terms are hashed together, so that what lies between stays in the nearest cache

Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint32]
Runs = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Offsets = npt.NDArray[np.int64]


class Tables(NamedTuple):
    """A model as the kernel reads it. A bit for each bucket, and ranks, say which coefficient is a bucket's."""

    runs: Runs  # of ASCII bytes that are treated alike
    kinds: Bytes  # of each code point's folded form
    folds: Codes
    filter: Bits  # bit b % FILTER_BITS is set if bucket b has a coefficient; others may share it
    kept: Bits  # row w: the bits of buckets 64 w to 64 w + 63 that have one; how many stand before those
    coefficients: Floats  # of the kept buckets, ascending; the intercept last
    max_order: int

    @property
    def intercept(self) -> float:
        return float(self.coefficients[-1])


class Layout(NamedTuple):
    """Where the kernel's arrays begin in the memory that it works in, and where that ends, in units of four bytes.

    Masks come first, ROWS of so many columns; then the grids: their rows of CHUNK are counted from the memory's
    beginning.
    """

    columns: int
    grids: int
    marks: int
    starts: int
    buckets: int
    found: int
    slots: int
    out: int
    end: int


def layout(longest: int, max_order: int, coefficients: int) -> Layout:
    """What texts of up to `longest` bytes need; the functions that use it say what for. Numba compiles it, too."""
    terms, columns = longest * max_order + 1, longest // LANES + 3
    grids = (2 * ROWS * columns // CHUNK + 1) * CHUNK
    marks = grids + 2 * WORDS * CHUNK
    starts = marks + 2 * 64 * (coefficients // 4096 + 1)
    buckets = starts + longest + PADDING
    found = buckets + terms
    slots = found + terms
    out = slots + 8 * terms + 64
    return Layout(columns, grids, marks, starts, buckets, found, slots, out, out + (2 * longest + PADDING) // 4 + 1)


def make_tables(
    rule_tables: tuple[Bytes, Codes, int],
    hashing: tuple[int, Codes],
    weights: tuple[Floats, float],
) -> Tables:
    """Tables of (kinds, folds, max_order), (number of buckets, kept buckets ascending), (coefficients, intercept)."""
    kinds, folds, max_order = rule_tables
    buckets, kept = hashing
    coefficients = np.append(*weights)
    kinds = np.concatenate([kinds[folds], kinds[len(folds) :]])
    words = _bits(kept, buckets)
    before = np.searchsorted(kept, np.arange(len(words), dtype=np.uint64) * 64).astype(np.uint64)
    likely = _bits(kept % U32(FILTER_BITS), min(buckets, FILTER_BITS))
    kept_rows = np.ascontiguousarray(np.stack([words, before], axis=1))
    return Tables(ascii_runs(kinds, folds), kinds, folds, likely, kept_rows, coefficients, max_order)


def ascii_runs(kinds: Bytes, folds: Codes) -> Runs:
    """The runs of ASCII bytes that are treated alike, shape (runs, 4): first, last - first, kind, folded - byte."""
    alike: list[list[int]] = []
    for byte in range(128):
        kind, shift = int(kinds[byte]), (int(folds[byte]) - byte if byte < len(folds) else 0) % 256
        kind = WORD if kind == DIGIT else kind
        if alike and alike[-1][2:] == [kind, shift]:
            alike[-1][1] += 1
        else:
            alike.append([byte, 0, kind, shift])
    return np.array(alike, np.uint8)


def _bits(places: Codes, size: int) -> Bits:
    """`size` bits, those at `places` set."""
    words = np.zeros(max(size // 64, 1), np.uint64)
    np.bitwise_or.at(words, places >> 6, np.uint64(1) << (places & 63).astype(np.uint64))
    return words
