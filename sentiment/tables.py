"""The arrays that the compiled scorer reads and writes. They are made by numpy: neither numba nor a compiler is needed.

All memory that the kernel works in is its caller's: what is compiled allocates none itself, and can be a plain library.
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
SLOTS = 4096  # at least, for repeated buckets to meet in
MARKED = 64  # words of marks that one bit each tells about
KEYS, KEY_BITS = 4, 6  # that a row can tell
BEGIN_BIT = KEYS * KEY_BITS  # of a row: where its coefficients begin
BLOCK_BITS = 6  # of the rows in a block
PLACE_BITS = 32 - BEGIN_BIT  # what is left of a row: a place in a block
EMPTY, MANY = (1 << PLACE_BITS) - 2, (1 << PLACE_BITS) - 1  # instead of one: a row has no key, or more than it can tell

Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint32]
Runs = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


class Tables(NamedTuple):
    """A model as the kernel reads it.

    Buckets come in rows of 2**row_bits, rows in blocks of 2**BLOCK_BITS, and a block has EMPTY coefficients at most.
    The keys of a row are the places in it of the buckets that have one. A row is one number: from BEGIN_BIT on, its
    first coefficient's place in its block; below, KEYS keys, the last one repeated. A row without a key is EMPTY there
    and 0 below; one with more than KEYS is MANY there, and below the place of its first bucket in `kept`.
    """

    runs: Runs  # of ASCII bytes that are treated alike
    kinds: Bytes  # of each code point's folded form
    folds: Codes
    rows: Codes
    blocks: Codes  # where each block's coefficients begin
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
    spots: int
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
    spots = buckets + terms
    others = spots + terms
    slots = others + terms
    out = slots + max(4 * terms, SLOTS)
    return Layout(
        columns, marked, marks, starts, buckets, spots, others, slots, out, out + (2 * longest + PADDING) // 4 + 1
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
    """Of the widest rows that have one key or less on average, and EMPTY coefficients or fewer in each block.

    Rows of one bucket always do: their blocks have 64. Hashes spread evenly, so the average decides.
    """
    for row_bits in range(KEY_BITS, 0, -1):
        in_blocks = np.bincount(kept >> np.uint32(row_bits + BLOCK_BITS))
        if len(kept) <= buckets >> row_bits and in_blocks.max(initial=0) <= EMPTY:
            return row_bits
    return 0


def _rows_and_blocks(buckets: int, kept: Codes, row_bits: int) -> tuple[Codes, Codes]:
    edges = np.searchsorted(kept, np.arange((buckets >> row_bits) + 1) << row_bits).astype(np.uint32)
    counts, begins = np.diff(edges), edges[:-1]
    blocks = begins[:: 1 << BLOCK_BITS].copy()
    places = begins - np.repeat(blocks, 1 << BLOCK_BITS)[: len(begins)]
    keys = np.append(kept & np.uint32((1 << row_bits) - 1), np.uint32(0))
    told = places << np.uint32(BEGIN_BIT)
    for key in range(KEYS):
        told |= keys[begins + np.clip(counts, 1, key + 1) - 1] << np.uint32(KEY_BITS * key)
    empty, many = np.uint32(EMPTY << BEGIN_BIT), np.uint32(MANY << BEGIN_BIT)
    return np.where(counts > KEYS, many | begins, np.where(counts > 0, told, empty)), blocks


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
