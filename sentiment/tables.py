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
KEYS, KEY_BITS = 4, 6  # that a row can tell
BLOCK_BITS = 6  # of the rows in a block
EMPTY, MANY = 254, 255  # instead of a place in a block: a row has no key, or more than it can tell

Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint32]
Runs = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Offsets = npt.NDArray[np.int64]


class Tables(NamedTuple):
    """A model as the kernel reads it.

    Buckets come in rows of 2**row_bits, rows in blocks of 2**BLOCK_BITS. A row is one number. From bit 24 on: at which
    place among its block's coefficients its own begin, or EMPTY, or MANY. Below, KEY_BITS for each of KEYS: the places
    of the kept buckets in the row, the last of them repeated; of MANY instead the first one's place in `kept`.
    """

    runs: Runs  # of ASCII bytes that are treated alike
    kinds: Bytes  # of each code point's folded form
    folds: Codes
    rows: Codes
    blocks: Codes  # where each block's coefficients begin, and where the last one's end
    kept: Codes  # the kept buckets, ascending
    coefficients: Floats  # theirs; the intercept last
    row_bits: int
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
    buckets, kept = hashing[0], np.ascontiguousarray(hashing[1], np.uint32)
    coefficients = np.append(*weights)
    kinds = np.concatenate([kinds[folds], kinds[len(folds) :]])
    row_bits = _row_bits(buckets, kept)
    rows, blocks = _rows_and_blocks(buckets, kept, row_bits)
    return Tables(ascii_runs(kinds, folds), kinds, folds, rows, blocks, kept, coefficients, row_bits, max_order)


def _row_bits(buckets: int, kept: Codes) -> int:
    """Of the widest rows that hold one kept bucket or less on average, and no block more than a row can tell."""
    for row_bits in range(KEY_BITS, 0, -1):
        in_blocks = np.bincount(kept >> np.uint32(row_bits + BLOCK_BITS))
        if len(kept) <= buckets >> row_bits and in_blocks.max(initial=0) <= EMPTY:
            return row_bits
    return 0


def _rows_and_blocks(buckets: int, kept: Codes, row_bits: int) -> tuple[Codes, Codes]:
    edges = np.searchsorted(kept, np.arange((buckets >> row_bits) + 1) << row_bits).astype(np.uint32)
    counts, begins = np.diff(edges), edges[:-1]
    blocks = np.append(begins[:: 1 << BLOCK_BITS], edges[-1:])
    places = begins - np.repeat(blocks[:-1], 1 << BLOCK_BITS)[: len(begins)]
    keys = np.append(kept & np.uint32((1 << row_bits) - 1), np.uint32(0))
    few = np.zeros_like(begins)
    for key in range(KEYS):
        few |= keys[begins + np.clip(counts, 1, key + 1) - 1] << np.uint32(KEY_BITS * key)
    rows = np.select(
        [counts > KEYS, counts > 0],
        [np.uint32(MANY << 24) | begins, places << np.uint32(24) | few],
        np.uint32(EMPTY << 24),
    )
    return rows.astype(np.uint32), blocks


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
