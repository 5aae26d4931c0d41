"""The scorer, compiled by numba: UTF-8 bytes in, margins out, no Python object per text or term.

A text is walked in six steps, each over all of its terms before the next, and the first three for several texts:
1. `tokens.tokenise` folds and splits it into a scratch buffer: " the film was great !". A term of n tokens is then
   one contiguous run of bytes.
2. `hashing.hash_terms` hashes every term.
3. `lookup.part` tells the terms whose bucket has a coefficient from the others.
4. `mark` sets a bit for each coefficient that is wanted, and `list_marked` finds the words that have one. Repeats are
   gone then.
5. `distinct` counts the other buckets without their repeats, for the norm.
6. `sum_marked` adds the marked coefficients in ascending order of bucket, as Spark does, so that the float64
   sums are the same to the last bit.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from sentiment.compiled import compiled
from sentiment.hashing import hash_terms
from sentiment.lanes import WIDTH, above, count_from, every, gather, load, scatter, store
from sentiment.lookup import bucket_mask, part, rank_all, rank_of
from sentiment.packing import compresses, pack
from sentiment.tables import MARKED, ONE, PADDING, SLOTS, U32, U64, Bits, Bytes, Codes, Counts, Floats, Tables
from sentiment.tokens import list_bits, tokenise
from sentiment.vectors import lowest, ones, prefetch

F64 = np.float64
LISTED = 8  # there are fewer words with marks in most runs of MARKED

Texts: TypeAlias = tuple[Bytes, Bits, Bits]  # what they lie in, where each begins and ends
Results: TypeAlias = tuple[Floats, Counts]


class Work(NamedTuple):
    """What the kernel works in, large enough for the longest of its texts."""

    masks: Bits
    out: Bytes
    starts: Codes
    buckets: Codes
    spots: Codes
    others: Codes
    slots: Codes
    marks: Codes
    marked: Bits


@compiled()
def distinct(buckets: Codes, count: int, slots: Codes) -> int:
    """How many distinct buckets there are. Overwrites them, WIDTH more, and of `slots` SLOTS or four for each.

    The place of each is written into a slot, and whoever wrote last has it: those that find another bucket there go
    into the next round, where other bits choose the slot. Most texts need two. What an earlier round or text has left
    in a slot is never read, so none is cleared. Nothing branches on a bucket.
    """
    distinct, shift = U64(0), U32(0)
    while count:
        size = U64(SLOTS)
        while size < U64(2) * count:
            size *= U64(2)
        mask = U32(size - ONE)
        # Repeats of the first, up to a multiple of WIDTH. Written last, they have their slot: none is left.
        store(buckets, U64(count), every(buckets[0]))
        place = count_from(U32(0))
        for first in range(U64(0), U64(count), U64(WIDTH)):
            scatter(slots, (load(buckets, first) >> shift) & mask, place)
            place = place + U32(WIDTH)
        left, place = U64(0), count_from(U32(0))
        for first in range(U64(0), U64(count), U64(WIDTH)):
            bucket = load(buckets, first)
            last = gather(slots, (bucket >> shift) & mask)
            differ = above(gather(buckets, last) ^ bucket, U32(0))
            pack(buckets, left, bucket, differ)
            distinct += U64(WIDTH) - ones(above(last ^ place, U32(0)))
            left += ones(differ)
            place = place + U32(WIDTH)
        count, shift = left, U32((shift + U32(5)) & U32(15))
    return distinct


@compiled()
def mark(spots: Codes, count: int, tables: Tables, marks: Codes) -> int:
    """Set the bits of the coefficients at these spots, which are fetched ahead; returns how many are set."""
    repeats = U64(0)
    for place in range(count):
        at = rank_of(spots[U64(place)], tables)
        prefetch(tables.coefficients, U64(at))
        word = marks[at >> U32(5)]
        repeats += U64(word >> (at & U32(31)) & U32(1))
        marks[at >> U32(5)] = word | U32(1) << (at & U32(31))
    return count - repeats


@compiled()
def list_marked(marks: Codes, marked: Bits, listed: Codes) -> int:
    """Write the places of the words that have marks, ascending; returns how many."""
    if compresses():
        count, places = U64(0), count_from(U32(0))
        for first in range(U64(0), U64(len(marks)), U64(WIDTH)):
            bits = above(load(marks, first), U32(0))
            pack(listed, count, places, bits)
            count += ones(bits)
            places = places + U32(WIDTH)
        return count
    for row in range(len(marked)):
        word = U64(0)
        for place in range(U64(0), U64(MARKED), U64(WIDTH)):
            word |= above(load(marks, U64(MARKED * row) + place), U32(0)) << place
        marked[U64(row)] = word
    return list_bits(marked, len(marked), LISTED, listed)


@compiled()
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


@compiled()
def look_up(texts: Texts, text: int, tables: Tables, work: Work, counts: Counts) -> int:
    """Steps 1 to 3 for as many texts from `text` on as there is room for; returns the one after them.

    Spots stand one after another, and so do other buckets, but for WIDTH between two texts': how many, in `counts`.
    """
    data, begins, ends = texts
    rule, mask = (tables.runs, tables.kinds, tables.folds), bucket_mask(tables)
    kept, rest = U64(0), U64(0)
    while text < len(counts):
        begin, end = begins[text], ends[text]
        if max(kept, rest) + U64(tables.max_order) * (end - begin) + U64(PADDING) > U64(len(work.spots)):
            break
        tokens = tokenise(data, (begin, end), rule, work.masks, work.out, work.starts)
        terms = hash_terms(work.out, work.starts, tokens, tables.max_order, mask, work.buckets)
        parts = work.slots, work.spots[kept:], work.others[rest:]
        counts[text, 0], counts[text, 1] = part(work.buckets, terms, tables, parts)
        kept += U64(counts[text, 0])
        rest += U64(counts[text, 1]) + U64(WIDTH)
        text += ONE
    return text


@compiled()
def score(texts: Texts, tables: Tables, work: Work, results: Results) -> None:
    """Write margins, shape (texts,), and (distinct, kept) buckets, shape (texts, 2).

    Text i is `data[begins[i]:ends[i]]`, UTF-8 of less than 2**30 bytes and 2**31 terms.
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
            spots, others = work.spots[kept:], work.others[rest:]
            kept += U64(counts[each, 0])
            rest += U64(counts[each, 1]) + U64(WIDTH)
            marks = mark(spots, U64(counts[each, 0]), tables, work.marks)
            words = list_marked(work.marks, work.marked, work.buckets)
            different = marks + distinct(others, U64(counts[each, 1]), work.slots)
            value = 1.0 / np.sqrt(F64(max(different, ONE)))
            total = sum_marked(coefficients, work.marks, work.buckets, words, value)
            results[0][each] = total + coefficients[-1]
            counts[each, 0], counts[each, 1] = different, marks


@compiled()
def walk(texts: Texts, tables: Tables, work: Work) -> int:
    """Write the first text's folded tokens, their starts (see `tokenise`), its terms' buckets (`hash_terms`) and ranks.

    Returns how many tokens there are.
    """
    masks, out, starts, buckets, ranks, _, _, _, _ = work
    data, begins, ends = texts
    tokens = tokenise(data, (begins[0], ends[0]), (tables.runs, tables.kinds, tables.folds), masks, out, starts)
    terms = hash_terms(out, starts, tokens, tables.max_order, bucket_mask(tables), buckets)
    rank_all(buckets, terms, tables, ranks)
    return tokens
