"""The scorer, compiled by numba: UTF-8 bytes in, margins out, no Python object per text or term.

A text is walked in four steps:
1. `tokens.tokenise` folds and splits it into a scratch buffer: "the film was great !". A term of n tokens is then
   one contiguous run of bytes.
2. `hash_terms` hashes every term by MurmurHash3 x86_32 (Austin Appleby, public domain), seed 42, UTF-8
   bytes, as Spark's HashingTF has done since 3.0. All terms are hashed before anything is looked up.
3. `distinct` drops repeats, for the norm; `mark_kept` sets a bit for the coefficient of each bucket that has one.
4. `sum_marked` adds the marked coefficients in ascending order of bucket, as Spark does, so that the float64
   sums are the same to the last bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from sentiment.tokens import ONE, U32, U64, Bytes, Codes, Edges, tokenise

SEED = 42
I64, F64 = np.int64, np.float64

Bits = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Offsets = npt.NDArray[np.int64]


class Tables(NamedTuple):
    """A model as the kernel reads it. A bit for each bucket, and ranks, say which coefficient is a bucket's."""

    kinds: Bytes  # of each code point's folded form
    folds: Codes
    kept: Bits  # bit b of word w: bucket 64 w + b has a coefficient
    ranks: Codes  # how many coefficients stand before each word of `kept`
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
    words = np.zeros(max(buckets // 64, 1), np.uint64)
    np.bitwise_or.at(words, kept >> 6, np.uint64(1) << (kept & 63).astype(np.uint64))
    ranks = np.searchsorted(kept, np.arange(len(words), dtype=np.uint64) * 64).astype(np.uint32)
    return Tables(kinds, folds, words, ranks, coefficients, intercept, max_order)


@numba.njit(cache=True, inline="always")
def rotate(value: int, by: int) -> int:
    return U32(value << U32(by)) | U32(value >> U32(32 - by))


@numba.njit(cache=True, inline="always")
def scramble(block: int) -> int:
    return U32(rotate(U32(block * U32(0xCC9E2D51)), 15) * U32(0x1B873593))


@numba.njit(cache=True, inline="always")
def finish(state: int, tail: int, length: int) -> int:
    """MurmurHash3's last steps, from the state after the whole 4-byte blocks and the bytes left over."""
    state = U32(state ^ scramble(tail) ^ U32(length))
    state = U32((state ^ (state >> U32(16))) * U32(0x85EBCA6B))
    state = U32((state ^ (state >> U32(13))) * U32(0xC2B2AE35))
    return U32(state ^ (state >> U32(16)))


@numba.njit(cache=True, inline="always")
def block_at(out: Bytes, at: int) -> int:
    """Four bytes, little-endian."""
    low = U32(out[at]) | U32(out[at + ONE]) << U32(8)
    return low | U32(out[at + U64(2)]) << U32(16) | U32(out[at + U64(3)]) << U32(24)


@numba.njit(cache=True)
def hash_terms(out: Bytes, edges: Edges, count: int, max_order: int, mask: int, buckets: Codes) -> int:
    """Write the bucket of every term, by first token and then by order; returns how many.

    The terms that start at one token are prefixes of one another, so they share the state of their blocks. `out`
    must have four bytes more than the last token's end.
    """
    found = U64(0)
    for first in range(count):
        start = at = U64(edges[first, 0])
        state = U32(SEED)
        for last in range(first, min(first + max_order, I64(count))):
            end = U64(edges[last, 1])
            while at + U64(4) <= end:
                state = U32(rotate(U32(state ^ scramble(block_at(out, at))), 13) * U32(5) + U32(0xE6546B64))
                at += U64(4)
            left_over = U32((ONE << U64(8) * (end - at)) - ONE)
            buckets[found] = finish(state, block_at(out, at) & left_over, end - start) & mask
            found += ONE
    return found


@numba.njit(cache=True)
def distinct(buckets: Codes, count: int, seen: Codes) -> int:
    """Move the distinct buckets to the front, in their order; returns how many.

    `seen` becomes a small open-addressed set (bucket + 1, 0 is free), at most a quarter full, so that it stays in
    the nearest cache and is seldom probed twice.
    """
    size = U64(16)
    while size < U64(4) * count:
        size *= U64(2)
    seen[:size] = U32(0)
    mask, found = U32(size - ONE), U64(0)
    for place in range(count):
        bucket = buckets[U64(place)]
        slot, tag = bucket & mask, bucket + U32(1)
        held = seen[slot]
        while held != U32(0) and held != tag:
            slot = (slot + U32(1)) & mask
            held = seen[slot]
        seen[slot] = tag
        buckets[found] = bucket
        found += U64(held == U32(0))
    return found


@numba.njit(cache=True, inline="always")
def ones(word: int) -> int:
    """How many bits are set (the SWAR count of Hacker's Delight, 5-1)."""
    word = word - ((word >> ONE) & U64(0x5555555555555555))
    word = (word & U64(0x3333333333333333)) + ((word >> U64(2)) & U64(0x3333333333333333))
    word = (word + (word >> U64(4))) & U64(0x0F0F0F0F0F0F0F0F)
    return U64(word * U64(0x0101010101010101)) >> U64(56)


@numba.njit(cache=True, inline="always")
def is_kept(bucket: int, kept: Bits) -> int:
    """1 or 0, as U64."""
    return (kept[bucket >> U32(6)] >> U64(bucket & U32(63))) & ONE


@numba.njit(cache=True, inline="always")
def rank(bucket: int, kept: Bits, ranks: Codes) -> int:
    """The place of a kept bucket's coefficient."""
    before = kept[bucket >> U32(6)] & ((ONE << U64(bucket & U32(63))) - ONE)
    return U64(ranks[bucket >> U32(6)]) + ones(before)


@numba.njit(cache=True)
def mark_kept(buckets: Codes, count: int, kept: Bits, ranks: Codes, marks: Bits, tops: Bits) -> int:
    """Set the bit of each kept bucket's coefficient in `marks`, and of each of its words in `tops`; returns how many.

    The kept ones are first moved to the front, without a branch to guess wrong.
    """
    hits = U64(0)
    for place in range(count):
        bucket = buckets[U64(place)]
        buckets[hits] = bucket
        hits += is_kept(bucket, kept)
    for place in range(hits):
        which = rank(buckets[U64(place)], kept, ranks)
        marks[which >> U64(6)] |= ONE << (which & U64(63))
        tops[which >> U64(12)] |= ONE << ((which >> U64(6)) & U64(63))
    return hits


@numba.njit(cache=True)
def sum_marked(coefficients: Floats, marks: Bits, tops: Bits, value: float) -> float:
    """`value` times each marked coefficient, added in ascending order. Clears the marks."""
    total = 0.0
    for block in range(len(tops)):
        top = tops[U64(block)]
        tops[U64(block)] = U64(0)
        while top:
            word = U64(block) * U64(64) + ones((top & (~top + ONE)) - ONE)
            top &= top - ONE
            left = marks[word]
            marks[word] = U64(0)
            while left:
                total += coefficients[word * U64(64) + ones((left & (~left + ONE)) - ONE)] * value
                left &= left - ONE
    return total


@numba.njit(cache=True)
def score(data: Bytes, offsets: Offsets, tables: Tables) -> tuple[Floats, Edges]:
    """Margins, shape (texts,), and (distinct, kept) buckets, shape (texts, 2).

    Text i is `data[offsets[i]:offsets[i + 1]]`, valid UTF-8 of less than 2**30 bytes.
    """
    kinds, folds, _, _, coefficients, intercept, max_order = tables
    kept, ranks = tables.kept, tables.ranks
    texts = len(offsets) - 1
    longest = 0
    for text in range(texts):
        longest = max(longest, offsets[text + 1] - offsets[text])
    out, edges = np.empty(2 * longest + 8, np.uint8), np.empty((longest + 1, 4), np.int32)
    buckets = np.empty(longest * max_order + 1, np.uint32)
    seen = np.empty(8 * len(buckets) + 16, np.uint32)
    marks = np.zeros(len(coefficients) // 64 + 1, np.uint64)
    tops = np.zeros(len(marks) // 64 + 1, np.uint64)
    margins, counts = np.empty(texts), np.empty((texts, 2), np.int32)
    mask = U32(len(kept) * 64 - 1)
    for text in range(texts):
        tokens = tokenise(data, U64(offsets[text]), U64(offsets[text + 1]), kinds, folds, out, edges)
        terms = hash_terms(out, edges, tokens, max_order, mask, buckets)
        different = distinct(buckets, terms, seen)
        counts[text, 0] = different
        counts[text, 1] = mark_kept(buckets, different, kept, ranks, marks, tops)
        margins[text] = sum_marked(coefficients, marks, tops, 1.0 / np.sqrt(F64(max(different, ONE)))) + intercept
    return margins, counts


@numba.njit(cache=True)
def walk(data: Bytes, tables: Tables) -> tuple[Bytes, Edges, Codes]:
    """One text's folded tokens, their edges (see `tokenise`) and the buckets of its terms (see `hash_terms`)."""
    out, edges = np.empty(2 * len(data) + 8, np.uint8), np.empty((len(data) + 1, 4), np.int32)
    buckets = np.empty(len(data) * tables.max_order + 1, np.uint32)
    tokens = tokenise(data, U64(0), U64(len(data)), tables.kinds, tables.folds, out, edges)
    terms = hash_terms(out, edges, tokens, tables.max_order, U32(len(tables.kept) * 64 - 1), buckets)
    return out, edges[:tokens], buckets[:terms]


@numba.njit(cache=True)
def ranks_of(buckets: Codes, tables: Tables) -> Offsets:
    """The place of each bucket's coefficient, or -1 where it has none; same shape."""
    ranks = np.empty(len(buckets), np.int64)
    for place in range(len(buckets)):
        bucket = buckets[place]
        ranks[place] = I64(rank(bucket, tables.kept, tables.ranks)) if is_kept(bucket, tables.kept) else -1
    return ranks
