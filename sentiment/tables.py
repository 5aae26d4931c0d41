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
PADDING = 128  # bytes that the kernel has beyond twice a text's
LANES = 64  # bytes that one mask tells about
ROWS = 8  # of masks: one for each kind, and two
MARKED = 64  # words of marks that one bit each tells about
MANY = 32  # of a row: it has more keys than the four that are compared at once

Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint32]
Runs = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Offsets = npt.NDArray[np.int64]


class Tables(NamedTuple):
    """A model as the kernel reads it.

    Buckets come in rows of 64. The keys are the kept buckets' places in their rows, so a row's keys are a run of them,
    and where a bucket's key stands is the place of its coefficient.
    """

    runs: Runs  # of ASCII bytes that are treated alike
    kinds: Bytes  # of each code point's folded form
    folds: Codes
    rows: Codes  # bits 6 on: where a row's keys begin; MANY; 32 less 8 for each of its first four, or 31. One row more
    keys: Bytes  # and four bytes, which are read of rows without keys at the end
    coefficients: Floats  # of the kept buckets, ascending; the intercept last
    max_order: int

    @property
    def intercept(self) -> float:
        return float(self.coefficients[-1])


class Layout(NamedTuple):
    """Where the kernel's arrays begin in the memory that it works in, and where that ends, in units of four bytes.

    Masks come first, ROWS of so many columns, and then a bit for each word of marks.
    """

    columns: int
    marked: int
    marks: int
    starts: int
    buckets: int
    ranks: int
    others: int
    slots: int
    out: int
    end: int


def layout(longest: int, max_order: int, coefficients: int) -> Layout:
    """What texts of up to `longest` bytes need; the functions that use it say what for. Numba compiles it, too."""
    terms, columns = longest * max_order + PADDING, longest // LANES + 3
    words = coefficients // (32 * MARKED) + 1
    marked = 2 * ROWS * columns
    marks = marked + 2 * words
    starts = marks + MARKED * words
    buckets = starts + longest + PADDING
    ranks = buckets + terms
    others = ranks + terms
    slots = others + terms
    out = slots + 4 * terms
    return Layout(
        columns, marked, marks, starts, buckets, ranks, others, slots, out, out + (2 * longest + PADDING) // 4 + 1
    )


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
    begins = np.searchsorted(kept, np.arange(buckets // 64 + 1, dtype=np.uint64) * 64).astype(np.uint32)
    counts = np.diff(begins, append=begins[-1])
    shifts = np.where(counts > 0, 32 - 8 * np.minimum(counts, 4), 31)  # by 31 leaves no bit that is looked at
    rows = (begins << 6 | (counts > 4) * MANY | shifts).astype(np.uint32)
    keys = np.append(kept % 64, [0] * 4).astype(np.uint8)
    return Tables(ascii_runs(kinds, folds), kinds, folds, rows, keys, coefficients, max_order)


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
