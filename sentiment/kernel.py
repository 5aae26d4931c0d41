"""The scorer, compiled by numba: UTF-8 bytes in, margins out, no Python object per text or term.

A text is walked in six steps, each over all of its terms before the next, and the first three for several texts:
1. `tokens.tokenise` folds and splits it into a scratch buffer: " the film was great !". A term of n tokens is then
   one contiguous run of bytes.
2. `hashing.hash_terms` hashes every term.
3. `part` tells the terms whose bucket has a coefficient from the others.
4. `mark` sets a bit for each coefficient that is wanted, and `list_marked` finds the words that have one. Repeats are
   gone then.
5. `distinct` counts the other buckets without their repeats, for the norm.
6. `sum_marked` adds the marked coefficients in ascending order of bucket, as Spark does, so that the float64
   sums are the same to the last bit.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numba
import numpy as np

from sentiment.hashing import Lanes, hash_terms
from sentiment.lanes import WIDTH, above, choose, count_from, every, gather, load, put, scatter, store
from sentiment.packing import pack
from sentiment.tables import MANY, MARKED, ONE, PADDING, U32, U64, Bits, Bytes, Codes, Counts, Floats, Offsets, Tables
from sentiment.tokens import list_bits, tokenise
from sentiment.vectors import lowest, ones, prefetch

F64 = np.float64
NONE = 0xFFFFFFFF  # the rank of a bucket without a coefficient
ALL = (1 << WIDTH) - 1  # a bit for each lane
SAME = 0x40404040  # bit 6 of each of four bytes
LISTED = 8  # there are fewer words with marks in most runs of MARKED

Texts: TypeAlias = tuple[Bytes, Offsets]
Results: TypeAlias = tuple[Floats, Counts]
Keys: TypeAlias = tuple[Codes, Bytes]  # a model's rows and keys


class Work(NamedTuple):
    """What the kernel works in, large enough for the longest of its texts."""

    masks: Bits
    out: Bytes
    starts: Codes
    buckets: Codes
    ranks: Codes
    others: Codes
    slots: Codes
    marks: Codes
    marked: Bits


@numba.njit(inline="always")
def compare(row: Lanes, bucket: Lanes, keys: Bytes) -> tuple[Lanes, Lanes]:
    """A bit for the one of the row's first four keys that is the bucket's, and that key's place."""
    begin = row >> U32(6)
    # Keys are less than 64, so of each byte that differs, the difference plus 63 has bit 6, and nothing is carried.
    differ = (gather(keys, begin) ^ (bucket & U32(63)) * U32(0x01010101)) + U32(0x3F3F3F3F)
    same = (differ ^ U32(SAME)) & (every(U32(SAME)) >> (row & U32(31)))
    # A one in byte n, multiplied, brings n to the highest byte.
    return same, begin + ((same >> U32(6)) * U32(0x00010203) >> U32(24))


@numba.njit()
def search(bucket: int, table: Keys) -> int:
    """A bucket's rank, or NONE, by looking at each key of its row."""
    rows, keys = table
    row = U64(bucket >> U32(6))
    for place in range(U64(rows[row] >> U32(6)), U64(rows[row + ONE] >> U32(6))):
        if keys[U64(place)] == bucket & U32(63):
            return U32(place)
    return U32(NONE)


@numba.njit(inline="always")
def rank(row: Lanes, bucket: Lanes, table: Keys, buckets: Codes, first: int) -> Lanes:
    """The places of the coefficients of WIDTH buckets, which are `buckets[first:]`; NONE where there is none."""
    same, ranks = compare(row, bucket, table[1])
    ranks = choose(same, U32(0), every(U32(NONE)), ranks)
    open_ = above(row & U32(MANY), U32(0)) & (above(same, U32(0)) ^ U64(ALL))
    while open_:
        lane = lowest(open_)
        open_ &= open_ - ONE
        ranks = put(ranks, lane, search(buckets[first + lane], table))
    return ranks


@numba.njit()
def part(buckets: Codes, count: int, table: Keys, row_of: Codes, parts: tuple[Codes, Codes]) -> tuple[int, int]:
    """Write the ranks of the buckets that have one and the buckets that have none; returns how many of both.

    The first bucket is repeated up to a multiple of WIDTH: repeats don't matter. So it is in `distinct`.
    """
    ranks, others = parts
    kept, rest = U64(0), U64(0)
    if count:
        store(buckets, U64(count), every(buckets[0]))
    for first in range(U64(0), U64(count), U64(WIDTH)):  # in a loop of its own: nothing else waits for the memory
        store(row_of, first, gather(table[0], load(buckets, first) >> U32(6)))
    for first in range(U64(0), U64(count), U64(WIDTH)):
        bucket = load(buckets, first)
        these = rank(load(row_of, first), bucket, table, buckets, first)
        without = above(these, U32(NONE - 1))
        pack(ranks, kept, these, without ^ U64(ALL))
        pack(others, rest, bucket, without)
        kept += U64(WIDTH) - ones(without)
        rest += ones(without)
    return kept, rest


@numba.njit()
def distinct(buckets: Codes, count: int, slots: Codes) -> int:
    """How many distinct buckets there are. Overwrites them.

    Each bucket writes its place into a slot, and whoever wrote last has it: the others are repeats of it, or go into
    the next round, where other bits choose the slot. No slot needs clearing, and nothing branches on a bucket.
    """
    size = U64(64)
    while size < U64(2) * count:
        size *= U64(2)
    mask, shift, distinct = U32(size - ONE), U32(0), U64(0)
    while count:
        store(buckets, U64(count), every(buckets[0]))
        for first in range(U64(0), U64(count), U64(WIDTH)):
            scatter(slots, (load(buckets, first) >> shift) & mask, count_from(U32(first)))
        left = U64(0)
        for first in range(U64(0), U64(count), U64(WIDTH)):
            bucket = load(buckets, first)
            owner = gather(slots, (bucket >> shift) & mask)
            distinct += U64(WIDTH) - ones(above(owner ^ count_from(U32(first)), U32(0)))
            differ = above(gather(buckets, owner) ^ bucket, U32(0))
            # Over none that is still to be compared: owners are last in their slots.
            pack(buckets, left, bucket, differ)
            left += ones(differ)
        count, shift = left, U32((shift + U32(5)) & U32(15))
    return distinct


@numba.njit()
def mark(ranks: Codes, count: int, coefficients: Floats, marks: Codes) -> None:
    """Set the bits of these coefficients, which are fetched ahead: they are needed soon."""
    for place in range(count):
        which = ranks[U64(place)]
        prefetch(coefficients, U64(which))
        marks[which >> U32(5)] |= U32(1) << (which & U32(31))


@numba.njit()
def list_marked(marks: Codes, marked: Bits, listed: Codes) -> tuple[int, int]:
    """Write the places of the words that have marks, ascending; returns how many, and how many marks they have."""
    for row in range(len(marked)):
        word = U64(0)
        for place in range(U64(0), U64(MARKED), U64(WIDTH)):
            word |= above(load(marks, U64(MARKED * row) + place), U32(0)) << place
        marked[U64(row)] = word
    count, total = list_bits(marked, len(marked), LISTED, listed), U64(0)
    for place in range(count):
        total += ones(U64(marks[listed[U64(place)]]))
    return count, total


@numba.njit()
def sum_marked(coefficients: Floats, marks: Codes, listed: Codes, count: int, value: float) -> float:
    """`value` times each marked coefficient, added in ascending order. Clears the marks."""
    total = 0.0
    for place in range(count):
        word = U64(listed[U64(place)])
        left = U64(marks[word])
        marks[word] = U32(0)
        while left:
            total += coefficients[word * U64(32) + lowest(left)] * value
            left &= left - ONE
    return total


@numba.njit()
def look_up(texts: Texts, text: int, tables: Tables, work: Work, counts: Counts) -> int:
    """Steps 1 to 3 for as many texts from `text` on as there is room for; returns the one after them.

    Ranks stand one after another, and so do other buckets, but for WIDTH between two texts': how many, in `counts`.
    """
    data, offsets = texts
    rule, table = (tables.runs, tables.kinds, tables.folds), (tables.rows, tables.keys)
    mask = U32((len(tables.rows) - 1) * 64 - 1)
    kept, rest = U64(0), U64(0)
    while text < len(counts):
        start, end = U64(offsets[text]), U64(offsets[text + ONE])
        if max(kept, rest) + U64(tables.max_order) * (end - start) + U64(PADDING) > U64(len(work.ranks)):
            break
        tokens = tokenise(data, (start, end), rule, work.masks, work.out, work.starts)
        terms = hash_terms(work.out, work.starts, tokens, tables.max_order, mask, work.buckets)
        counts[text, 0], counts[text, 1] = part(
            work.buckets, terms, table, work.slots, (work.ranks[kept:], work.others[rest:])
        )
        kept += U64(counts[text, 0])
        rest += U64(counts[text, 1]) + U64(WIDTH)
        text += ONE
    return text


@numba.njit()
def score(texts: Texts, tables: Tables, work: Work, results: Results) -> None:
    """Write margins, shape (texts,), and (distinct, kept) buckets, shape (texts, 2).

    Text i is `data[offsets[i]:offsets[i + 1]]`, UTF-8 of less than 2**30 bytes and 2**31 terms; offsets ascend and end
    within `data`.
    The first three steps are done for several texts before the others: they read so much of the model that what the
    others need would be gone from the nearest cache.
    """
    coefficients, counts = tables.coefficients, results[1]
    work.marks[:] = 0
    text = U64(0)
    while text < len(counts):
        first, text = text, look_up(texts, text, tables, work, counts)
        kept, rest = U64(0), U64(0)
        for each in range(first, text):
            ranks, others = work.ranks[kept:], work.others[rest:]
            kept += U64(counts[each, 0])
            rest += U64(counts[each, 1]) + U64(WIDTH)
            mark(ranks, U64(counts[each, 0]), coefficients, work.marks)
            words, marks = list_marked(work.marks, work.marked, work.buckets)
            different = marks + distinct(others, U64(counts[each, 1]), work.slots)
            value = 1.0 / np.sqrt(F64(max(different, ONE)))
            total = sum_marked(coefficients, work.marks, work.buckets, words, value)
            results[0][each] = total + coefficients[-1]
            counts[each, 0], counts[each, 1] = different, marks


@numba.njit()
def walk(text: Bytes, tables: Tables, work: Work) -> int:
    """Write one text's folded tokens, their starts (see `tokenise`), its terms' buckets (`hash_terms`) and ranks.

    Returns how many tokens there are.
    """
    masks, out, starts, buckets, ranks, _, _, _, _ = work
    tokens = tokenise(text, (U64(0), U64(len(text))), (tables.runs, tables.kinds, tables.folds), masks, out, starts)
    mask = U32((len(tables.rows) - 1) * 64 - 1)
    terms = hash_terms(out, starts, tokens, tables.max_order, mask, buckets)
    if terms:
        store(buckets, terms, every(buckets[0]))
    for first in range(U64(0), U64(terms), U64(WIDTH)):
        bucket = load(buckets, first)
        row = gather(tables.rows, bucket >> U32(6))
        store(ranks, first, rank(row, bucket, (tables.rows, tables.keys), buckets, first))
    return tokens
