"""The scorer, compiled by numba: UTF-8 bytes in, margins out, no Python object per text or term.

A text is walked in four steps, each a function below:
1. `tokenise` folds and splits it into a scratch buffer: "the film was great !". A term of n tokens is then
   one contiguous run of bytes.
2. `hash_terms` hashes every term by MurmurHash3 x86_32 (Austin Appleby, public domain), seed 42, UTF-8
   bytes, as Spark's HashingTF has done since 3.0. All terms are hashed before anything is looked up.
3. `mark_distinct` counts the distinct buckets and sets a bit for the coefficient of each one that was kept.
4. `sum_marked` adds the marked coefficients in ascending order of bucket, as Spark does, so that the float64
   sums are the same to the last bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from sentiment.textrule import APOSTROPHE, DIGIT, SLASH, WORD

SEED = 42
I32, I64, U32, U64, F64 = np.int32, np.int64, np.uint32, np.uint64, np.float64

Bytes = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int32]
Offsets = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Tables(NamedTuple):
    """A model as the kernel reads it. A bit for each bucket, and ranks, say which coefficient is a bucket's."""

    kinds: npt.NDArray[np.uint8]
    folds: npt.NDArray[np.uint32]
    kept: npt.NDArray[np.uint64]  # bit b of word w: bucket 64 w + b has a coefficient
    ranks: npt.NDArray[np.uint32]  # how many coefficients stand before each word of `kept`
    coefficients: Floats  # of the kept buckets, ascending
    intercept: float
    max_order: int


def make_tables(
    rule_tables: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint32], int],
    hashing: tuple[int, npt.NDArray[np.uint32]],
    weights: tuple[Floats, float],
) -> Tables:
    """Tables from (kinds, folds, max_order), (number of buckets, kept buckets ascending), (coefficients, intercept)."""
    kinds, folds, max_order = rule_tables
    buckets, kept = hashing
    coefficients, intercept = weights
    words = np.zeros(max(buckets // 64, 1), np.uint64)
    np.bitwise_or.at(words, kept >> 6, np.uint64(1) << (kept & 63).astype(np.uint64))
    ranks = np.searchsorted(kept, np.arange(len(words), dtype=np.uint64) * 64).astype(np.uint32)
    return Tables(kinds, folds, words, ranks, coefficients, intercept, max_order)


@numba.njit(cache=True, inline="always")
def decode(data: Bytes, at: int) -> tuple[int, int]:
    """The code point of the valid UTF-8 at `at`, and where the next one starts."""
    lead = I32(data[at])
    if lead < 0x80:
        return lead, at + 1
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | (I32(data[at + 1]) & 0x3F), at + 2
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | (I32(data[at + 1]) & 0x3F) << 6 | (I32(data[at + 2]) & 0x3F), at + 3
    tail = (I32(data[at + 1]) & 0x3F) << 12 | (I32(data[at + 2]) & 0x3F) << 6 | (I32(data[at + 3]) & 0x3F)
    return (lead & 0x07) << 18 | tail, at + 4


@numba.njit(cache=True, inline="always")
def encode(code: int, out: Bytes, at: int) -> int:
    """Write a code point as UTF-8; returns where the next one goes."""
    if code < 0x80:
        out[at] = code
        return at + 1
    if code < 0x800:
        out[at], out[at + 1] = 0xC0 | code >> 6, 0x80 | code & 0x3F
        return at + 2
    if code < 0x10000:
        out[at], out[at + 1], out[at + 2] = 0xE0 | code >> 12, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
        return at + 3
    out[at], out[at + 1] = 0xF0 | code >> 18, 0x80 | code >> 12 & 0x3F
    out[at + 2], out[at + 3] = 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
    return at + 4


@numba.njit(cache=True, inline="always")
def folded(data: Bytes, at: int, tables: Tables) -> tuple[int, int, int]:
    """The folded code point at `at`, its kind, and where the next one starts."""
    code, after = decode(data, at)
    if code < len(tables.folds):
        code = I32(tables.folds[code])
    return code, I32(tables.kinds[code]), after


@numba.njit(cache=True, inline="always")
def kind_at(data: Bytes, span: tuple[int, int], tables: Tables) -> int:
    """The kind of the code point at the span's start; 0 at the span's end."""
    at, end = span
    return folded(data, at, tables)[1] if at < end else 0


@numba.njit(cache=True)
def token_end(data: Bytes, span: tuple[int, int], tables: Tables, out: Bytes, to: int) -> tuple[int, int]:
    """Copy, folded, the token that starts at the span's start; returns its ends in `data` and in `out`."""
    at, end = span
    code, kind, at = folded(data, at, tables)
    to = encode(code, out, to)
    if kind not in (DIGIT, WORD):
        return at, to
    number, fraction = kind == DIGIT, False
    while at < end:
        code, kind, after = folded(data, at, tables)
        if fraction:
            if kind != DIGIT:
                break
        elif kind == WORD or (kind == APOSTROPHE and kind_at(data, (after, end), tables) in (DIGIT, WORD)):
            number = False
        elif kind == SLASH and number and kind_at(data, (after, end), tables) == DIGIT:
            fraction = True
        elif kind != DIGIT:
            break
        to = encode(code, out, to)
        at = after
    return at, to


@numba.njit(cache=True)
def tokenise(data: Bytes, span: tuple[int, int], tables: Tables, out: Bytes, edges: Counts) -> int:
    """Write the text's tokens, a space after each, to `out`; returns how many.

    `edges[i]` becomes (start in `out`, end in `out`, start in `data`, end in `data`) of token i, the latter two
    counted from the span's start.
    """
    at, end = span
    start, to, count = at, 0, 0
    while at < end:
        _, kind, after = folded(data, at, tables)
        if kind == 0:
            at = after
            continue
        after, stop = token_end(data, (at, end), tables, out, to)
        edges[count, 0], edges[count, 1], edges[count, 2], edges[count, 3] = (
            to,
            stop,
            at - start,
            after - start,
        )
        out[stop] = 32
        at, to, count = after, stop + 1, count + 1
    return count


@numba.njit(cache=True, inline="always")
def rotate(value: np.uint32, by: int) -> np.uint32:
    return U32(value << U32(by)) | U32(value >> U32(32 - by))


@numba.njit(cache=True, inline="always")
def scramble(block: np.uint32) -> np.uint32:
    return U32(rotate(U32(block * U32(0xCC9E2D51)), 15) * U32(0x1B873593))


@numba.njit(cache=True, inline="always")
def finish(state: np.uint32, tail: np.uint32, length: int) -> np.uint32:
    """MurmurHash3's last steps, from the state after the whole 4-byte blocks and the bytes left over."""
    state = U32(state ^ scramble(tail) ^ U32(length))
    state = U32((state ^ (state >> U32(16))) * U32(0x85EBCA6B))
    state = U32((state ^ (state >> U32(13))) * U32(0xC2B2AE35))
    return U32(state ^ (state >> U32(16)))


@numba.njit(cache=True)
def hash_terms(out: Bytes, edges: Counts, count: int, tables: Tables, buckets: npt.NDArray[np.uint32]) -> int:
    """The bucket of every term, by first token and then by order; returns how many.

    The terms that start at one token are prefixes of one another, so they share the state of their blocks.
    """
    mask = U32(len(tables.kept) * 64 - 1)
    found = 0
    for first in range(count):
        start = at = edges[first, 0]
        state = U32(SEED)
        for last in range(first, min(first + tables.max_order, count)):
            end = edges[last, 1]
            while at + 4 <= end:
                block = (
                    U32(out[at])
                    | U32(out[at + 1]) << U32(8)
                    | U32(out[at + 2]) << U32(16)
                    | U32(out[at + 3]) << U32(24)
                )
                state = U32(rotate(U32(state ^ scramble(block)), 13) * U32(5) + U32(0xE6546B64))
                at += 4
            tail = U32(0)
            for byte in range(end - at):
                tail = U32(tail | U32(out[at + byte]) << U32(8 * byte))
            buckets[found] = finish(state, tail, end - start) & mask
            found += 1
    return found


@numba.njit(cache=True, inline="always")
def ones(word: np.uint64) -> np.uint64:
    """How many bits are set (the SWAR count of Hacker's Delight, 5-1)."""
    word = word - ((word >> U64(1)) & U64(0x5555555555555555))
    word = (word & U64(0x3333333333333333)) + ((word >> U64(2)) & U64(0x3333333333333333))
    word = (word + (word >> U64(4))) & U64(0x0F0F0F0F0F0F0F0F)
    return U64(word * U64(0x0101010101010101)) >> U64(56)


@numba.njit(cache=True, inline="always")
def rank_of(bucket: np.uint32, tables: Tables) -> int:
    """The place of the bucket's coefficient, or -1 where it has none."""
    word = tables.kept[bucket >> U32(6)]
    bit = U64(1) << U64(bucket & U32(63))
    if word & bit == U64(0):
        return -1
    return I64(tables.ranks[bucket >> U32(6)]) + I64(ones(word & (bit - U64(1))))


@numba.njit(cache=True)
def ranks_of(buckets: npt.NDArray[np.uint32], tables: Tables) -> npt.NDArray[np.int64]:
    """`rank_of` each bucket, same shape."""
    ranks = np.empty(len(buckets), np.int64)
    for place in range(len(buckets)):
        ranks[place] = rank_of(buckets[place], tables)
    return ranks


@numba.njit(cache=True)
def mark_distinct(
    buckets: npt.NDArray[np.uint32],
    tables: Tables,
    seen: npt.NDArray[np.uint32],
    marks: npt.NDArray[np.uint64],
) -> tuple[int, int]:
    """Set the bits of the coefficients met; returns how many distinct buckets there are, and how many are kept.

    `seen` is a small open-addressed set (bucket + 1, 0 is free); `marks` has a bit for each coefficient.
    """
    size = 16
    while size < 2 * len(buckets):
        size *= 2
    seen[:size] = 0
    mask = U32(size - 1)
    distinct = kept = 0
    for bucket in buckets:
        slot = bucket & mask
        while seen[slot] != 0 and seen[slot] != bucket + U32(1):
            slot = (slot + U32(1)) & mask
        if seen[slot] == 0:
            seen[slot] = bucket + U32(1)
            distinct += 1
            rank = rank_of(bucket, tables)
            if rank >= 0:
                marks[rank >> 6] |= U64(1) << U64(rank & 63)
                kept += 1
    return distinct, kept


@numba.njit(cache=True)
def sum_marked(tables: Tables, marks: npt.NDArray[np.uint64], distinct: int) -> float:
    """The margin: 1 / sqrt(distinct) times each marked coefficient, ascending, the intercept last. Clears `marks`."""
    value = 1.0 / np.sqrt(F64(max(distinct, 1)))
    total = 0.0
    for word in range(len(marks)):
        left = marks[word]
        while left:
            lowest = left & (~left + U64(1))
            total += tables.coefficients[64 * word + I64(ones(lowest - U64(1)))] * value
            left ^= lowest
        marks[word] = 0
    return total + tables.intercept


@numba.njit(cache=True)
def score(data: Bytes, offsets: Offsets, tables: Tables) -> tuple[Floats, Counts]:
    """Margins, shape (texts,), and (distinct, kept) buckets, shape (texts, 2).

    Text i is `data[offsets[i]:offsets[i + 1]]`, valid UTF-8 of less than 2**30 bytes.
    """
    texts = len(offsets) - 1
    longest = 0
    for text in range(texts):
        longest = max(longest, offsets[text + 1] - offsets[text])
    out, edges = np.empty(2 * longest + 8, np.uint8), np.empty((longest + 1, 4), np.int32)
    buckets = np.empty(longest * tables.max_order, np.uint32)
    seen = np.empty(max(16, 4 * len(buckets)), np.uint32)
    marks = np.zeros(len(tables.coefficients) // 64 + 1, np.uint64)
    margins, counts = np.empty(texts), np.empty((texts, 2), np.int32)
    for text in range(texts):
        tokens = tokenise(data, (offsets[text], offsets[text + 1]), tables, out, edges)
        terms = hash_terms(out, edges, tokens, tables, buckets)
        distinct, kept = mark_distinct(buckets[:terms], tables, seen, marks)
        counts[text, 0], counts[text, 1] = distinct, kept
        margins[text] = sum_marked(tables, marks, distinct)
    return margins, counts


@numba.njit(cache=True)
def walk(data: Bytes, tables: Tables) -> tuple[Bytes, Counts, npt.NDArray[np.uint32]]:
    """One text's folded tokens, their edges (see `tokenise`) and the buckets of its terms (see `hash_terms`)."""
    out, edges = np.empty(2 * len(data) + 8, np.uint8), np.empty((len(data) + 1, 4), np.int32)
    buckets = np.empty(len(data) * tables.max_order, np.uint32)
    tokens = tokenise(data, (0, len(data)), tables, out, edges)
    terms = hash_terms(out, edges, tokens, tables, buckets)
    return out, edges[:tokens], buckets[:terms]
