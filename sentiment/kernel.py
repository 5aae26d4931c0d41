"""The scorer, compiled by numba: UTF-8 bytes in, margins out, no Python object per text or term.

A text is walked in five steps, each over all of its terms before the next:
1. `tokens.tokenise` folds and splits it into a scratch buffer: " the film was great !". A term of n tokens is then
   one contiguous run of bytes.
2. `hashing.hash_terms` hashes every term.
3. `distinct` drops repeats, for the norm.
4. `mark_kept` sets a bit for the coefficient of each bucket that has one.
5. `sum_marked` adds the marked coefficients in ascending order of bucket, as Spark does, so that the float64
   sums are the same to the last bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from sentiment.codepoints import ONE, U32, U64, Bits, Bytes, Codes
from sentiment.hashing import hash_terms, new_grids
from sentiment.tokens import PADDING, ROWS, Runs, ascii_runs, tokenise
from sentiment.vectors import LANES, lowest, ones, prefetch

I64, F64 = np.int64, np.float64
FILTER_BITS = 1 << 19  # 64 kB: most buckets without a coefficient are told by them, from a near cache

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
    coefficients: Floats  # of the kept buckets, ascending
    intercept: float
    max_order: int


def make_tables(
    rule_tables: tuple[Bytes, Codes, int],
    hashing: tuple[int, Codes],
    weights: tuple[Floats, float],
) -> Tables:
    """Tables of (kinds, folds, max_order), (number of buckets, kept buckets ascending), (coefficients, intercept)."""
    kinds, folds, max_order = rule_tables
    buckets, kept = hashing
    coefficients, intercept = weights
    kinds = np.concatenate([kinds[folds], kinds[len(folds) :]])
    words = _bits(kept, buckets)
    before = np.searchsorted(kept, np.arange(len(words), dtype=np.uint64) * 64).astype(np.uint64)
    likely = _bits(kept % U32(FILTER_BITS), min(buckets, FILTER_BITS))
    kept_rows = np.ascontiguousarray(np.stack([words, before], axis=1))
    return Tables(ascii_runs(kinds, folds), kinds, folds, likely, kept_rows, coefficients, intercept, max_order)


def _bits(places: Codes, size: int) -> Bits:
    """`size` bits, those at `places` set."""
    words = np.zeros(max(size // 64, 1), np.uint64)
    np.bitwise_or.at(words, places >> 6, np.uint64(1) << (places & 63).astype(np.uint64))
    return words


@numba.njit(cache=True)
def distinct(buckets: Codes, count: int, slots: Codes, found: Codes) -> int:
    """Write the distinct buckets to `found`, in any order; returns how many. Overwrites `buckets`.

    Each bucket writes its place into a slot, and whoever wrote last has it: the others are repeats of it, or go into
    the next round, where other bits choose the slot. No slot needs clearing, and nothing branches on a bucket.
    """
    size = U64(64)
    while size < U64(4) * count:
        size *= U64(2)
    mask, shift, distinct = U32(size - ONE), U32(0), U64(0)
    while count:
        for place in range(count):
            slots[(buckets[U64(place)] >> shift) & mask] = U32(place)
        left = U64(0)
        for place in range(count):
            bucket = buckets[U64(place)]
            owner = U64(slots[(bucket >> shift) & mask])
            same = buckets[owner] == bucket
            found[distinct] = bucket
            distinct += U64(owner == U64(place))
            buckets[left] = bucket  # never one that is still to be compared: an owner is the last of its slot
            left += U64(not same)
        count, shift = left, (shift + U32(5)) & U32(15)
    return distinct


@numba.njit(cache=True, inline="always")
def is_set(bit: int, word: int) -> int:
    """1 or 0, as U64: the bit of that number, modulo 64."""
    return (word >> U64(bit & U32(63))) & ONE


@numba.njit(cache=True, inline="always")
def rank(bucket: int, kept: Bits) -> int:
    """The place of a kept bucket's coefficient."""
    row = bucket >> U32(6)
    return kept[row, 1] + ones(kept[row, 0] & ((ONE << U64(bucket & U32(63))) - ONE))


@numba.njit(cache=True)
def mark_kept(buckets: Codes, count: int, tables: tuple[Bits, Bits, Floats], marks: Bits) -> int:
    """Set the bit of each kept bucket's coefficient in `marks`; returns how many there are.

    Those that the filter lets pass are moved to the front, without a branch: most of those that have none are gone.
    What the next loop reads of each is fetched ahead: the processor doesn't look so far beyond its own place.
    """
    likely, kept, coefficients = tables
    mask = U32(len(likely) * 64 - 1)
    maybe, hits = U64(0), U64(0)
    for place in range(count):
        bucket = buckets[U64(place)]
        buckets[maybe] = bucket
        passes = is_set(bucket, likely[(bucket & mask) >> U32(6)])
        prefetch(kept, (bucket >> U32(6)) * passes)
        maybe += passes
    for place in range(maybe):
        bucket = buckets[U64(place)]
        hit, which = is_set(bucket, kept[bucket >> U32(6), 0]), rank(bucket, kept)
        prefetch(coefficients, which)
        marks[which >> U64(6)] |= hit << (which & U64(63))
        hits += hit
    return hits


@numba.njit(cache=True)
def sum_marked(coefficients: Floats, marks: Bits, value: float) -> float:
    """`value` times each marked coefficient, added in ascending order. Clears the marks, a multiple of 64 words."""
    total = 0.0
    for first in range(U64(0), U64(len(marks)), U64(64)):
        words = U64(0)  # a bit for each word that has a mark
        for place in range(64):
            words |= U64(marks[first + U64(place)] != U64(0)) << U64(place)
        while words:
            word = first + lowest(words)
            words &= words - ONE
            left = marks[word]
            marks[word] = U64(0)
            while left:
                total += coefficients[word * U64(64) + lowest(left)] * value
                left &= left - ONE
    return total


@numba.njit(cache=True)
def score(data: Bytes, offsets: Offsets, tables: Tables) -> tuple[Floats, Counts]:
    """Margins, shape (texts,), and (distinct, kept) buckets, shape (texts, 2).

    Text i is `data[offsets[i]:offsets[i + 1]]`, UTF-8 of less than 2**30 bytes; offsets ascend and end within `data`.
    """
    rule, coefficients = (tables.runs, tables.kinds, tables.folds), tables.coefficients
    max_order, intercept = tables.max_order, tables.intercept
    lookup = tables.filter, tables.kept, coefficients
    texts, longest = len(offsets) - 1, 0
    for text in range(texts):
        longest = max(longest, offsets[text + 1] - offsets[text])
    out, starts = np.empty(2 * longest + PADDING, np.uint8), np.empty(longest + PADDING, np.uint32)
    buckets, found = np.empty(longest * max_order + 1, np.uint32), np.empty(longest * max_order + 1, np.uint32)
    slots = np.empty(8 * len(buckets) + 64, np.uint32)
    masks, grids = np.empty((ROWS, longest // LANES + 3), np.uint64), new_grids()
    marks = np.zeros((len(coefficients) // 4096 + 1) * 64, np.uint64)
    margins, counts = np.empty(texts), np.empty((texts, 2), np.int32)
    mask = U32(len(tables.kept) * 64 - 1)
    for text in range(texts):
        start, end = U64(offsets[text]), U64(offsets[text + 1])
        tokens = tokenise(data, (start, end), rule, masks, out, starts)
        terms = hash_terms(out, starts, tokens, max_order, mask, grids, buckets)
        different = distinct(buckets, terms, slots, found)
        counts[text, 0] = different
        counts[text, 1] = mark_kept(found, different, lookup, marks)
        margins[text] = sum_marked(coefficients, marks, 1.0 / np.sqrt(F64(max(different, ONE)))) + intercept
    return margins, counts


@numba.njit(cache=True)
def walk(data: Bytes, tables: Tables) -> tuple[Bytes, Codes, Codes]:
    """One text's folded tokens, their starts (see `tokenise`) and the buckets of its terms (see `hash_terms`)."""
    size = len(data)
    out, starts = np.empty(2 * size + PADDING, np.uint8), np.empty(size + PADDING, np.uint32)
    buckets = np.empty(size * tables.max_order + 1, np.uint32)
    masks, grids = np.empty((ROWS, size // LANES + 3), np.uint64), new_grids()
    rule, mask = (tables.runs, tables.kinds, tables.folds), U32(len(tables.kept) * 64 - 1)
    tokens = tokenise(data, (U64(0), U64(size)), rule, masks, out, starts)
    terms = hash_terms(out, starts, tokens, tables.max_order, mask, grids, buckets)
    return out, starts[: tokens + ONE], buckets[:terms]


@numba.njit(cache=True)
def ranks_of(buckets: Codes, tables: Tables) -> Offsets:
    """The place of each bucket's coefficient, or -1 where it has none; same shape."""
    ranks = np.empty(len(buckets), np.int64)
    for place in range(len(buckets)):
        bucket = buckets[place]
        ranks[place] = I64(rank(bucket, tables.kept)) if is_set(bucket, tables.kept[bucket >> U32(6), 0]) else -1
    return ranks
