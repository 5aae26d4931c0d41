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

from typing import NamedTuple, TypeAlias

import numba
import numpy as np

from sentiment.hashing import hash_terms
from sentiment.tables import ONE, U32, U64, Bits, Bytes, Codes, Counts, Floats, Offsets, Tables
from sentiment.tokens import tokenise
from sentiment.vectors import lowest, ones, prefetch

F64 = np.float64

Texts: TypeAlias = tuple[Bytes, Offsets]
Results: TypeAlias = tuple[Floats, Counts]


class Work(NamedTuple):
    """What the kernel works in, large enough for the longest of its texts."""

    masks: Bits
    out: Bytes
    starts: Codes
    buckets: Codes
    found: Codes
    slots: Codes
    blocks: Codes
    states: Codes
    marks: Bits


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
def score(texts: Texts, tables: Tables, work: Work, results: Results) -> None:
    """Write margins, shape (texts,), and (distinct, kept) buckets, shape (texts, 2).

    Text i is `data[offsets[i]:offsets[i + 1]]`, UTF-8 of less than 2**30 bytes; offsets ascend and end within `data`.
    """
    data, offsets = texts
    margins, counts = results
    rule, coefficients = (tables.runs, tables.kinds, tables.folds), tables.coefficients
    max_order, intercept = tables.max_order, coefficients[-1]
    lookup = tables.filter, tables.kept, coefficients
    masks, out, starts, buckets, found, slots, blocks, states, marks = work
    mask = U32(len(tables.kept) * 64 - 1)
    marks[:] = 0
    for text in range(len(margins)):
        start, end = U64(offsets[text]), U64(offsets[text + 1])
        tokens = tokenise(data, (start, end), rule, masks, out, starts)
        terms = hash_terms(out, starts, tokens, max_order, mask, (blocks, states), buckets)
        different = distinct(buckets, terms, slots, found)
        counts[text, 0] = different
        counts[text, 1] = mark_kept(found, different, lookup, marks)
        margins[text] = sum_marked(coefficients, marks, 1.0 / np.sqrt(F64(max(different, ONE)))) + intercept


@numba.njit(cache=True)
def walk(text: Bytes, tables: Tables, work: Work) -> int:
    """Write one text's folded tokens, their starts (see `tokenise`) and its terms' buckets (see `hash_terms`).

    Returns how many tokens there are.
    """
    masks, out, starts, buckets, _, _, blocks, states, _ = work
    tokens = tokenise(text, (U64(0), U64(len(text))), (tables.runs, tables.kinds, tables.folds), masks, out, starts)
    mask = U32(len(tables.kept) * 64 - 1)
    hash_terms(out, starts, tokens, tables.max_order, mask, (blocks, states), buckets)
    return tokens
