"""The compiled kernel as C sees it: where things are, and how many. Both numba and the library are called this way.

What is here is inlined, so that LLVM sees that these arrays belong to no Python object and counts no reference to them.
"""

from __future__ import annotations

import functools
from typing import Any, TypeAlias

import numba
import numpy as np
from numba import carray, types

import sentiment.tables
from sentiment.kernel import Texts, Work, score, walk
from sentiment.strings import utf8
from sentiment.tables import ROWS, Bits, Bytes, Codes, Tables

Memory: TypeAlias = tuple[Bytes, Codes, Bits, Bits]  # the same memory as bytes, codes, words and masks

BEYOND = 1 << 62  # more bytes than there are

layout = numba.njit()(sentiment.tables.layout)


@numba.njit(inline="always")
def carve(memory: Memory, longest: int, tables: Tables) -> Work:
    """The arrays in the memory that is worked in, for texts of up to `longest` bytes."""
    octets, codes, words, masks = memory
    at = layout(longest, tables.max_order, len(tables.coefficients))
    out, marked = octets[4 * at.out : 4 * at.end], words[at.marked // 2 : at.marks // 2]
    marks, starts, buckets = codes[at.marks : at.starts], codes[at.starts : at.buckets], codes[at.buckets : at.spots]
    spots, others, slots = codes[at.spots : at.others], codes[at.others : at.slots], codes[at.slots : at.out]
    return Work(masks, out, starts, buckets, spots, others, slots, marks, marked)


@numba.njit(inline="always")
def model_at(model: Any) -> Tables:
    """The tables, given where their sizes and each of them are."""
    sizes = carray(model[0], 9, np.int64)
    runs, kinds = carray(model[1], (sizes[0], 4), np.uint8), carray(model[2], sizes[1], np.uint8)
    folds, rows = carray(model[3], sizes[2], np.uint32), carray(model[4], sizes[3], np.uint32)
    blocks, kept = carray(model[5], sizes[4], np.uint32), carray(model[6], sizes[5], np.uint32)
    coefficients = carray(model[7], sizes[6], np.float64)
    return Tables(runs, kinds, folds, rows, blocks, kept, coefficients, sizes[7], sizes[8])


@numba.njit(inline="always")
def work_at(memory: Any, longest: int, tables: Tables) -> Work:
    at = layout(longest, tables.max_order, len(tables.coefficients))
    octets, codes = carray(memory, 4 * at.end, np.uint8), carray(memory, at.end, np.uint32)
    words, masks = carray(memory, at.end // 2, np.uint64), carray(memory, (ROWS, at.columns), np.uint64)
    return carve((octets, codes, words, masks), longest, tables)


@numba.njit(inline="always")
def locate(batch: Any, count: int) -> tuple[Texts, int]:
    """The texts, where Python keeps them, and the longest one's bytes: BEYOND with Python's error if one has none.

    What tells where they begin and end are addresses, so the array that they lie in is all memory.
    """
    memory, strings = carray(batch[5], BEYOND, np.uint8), carray(batch[0], count, np.uint64)
    begins, ends = carray(batch[1], count, np.uint64), carray(batch[2], count, np.uint64)
    longest = 0
    for text in range(count):
        begins[text] = utf8(strings[text], ends, np.uint64(text))
        if not begins[text]:
            longest = BEYOND
            break
        longest = max(longest, np.int64(ends[text]))
        ends[text] += begins[text]
    return (memory, begins, ends), longest


def score_pointers(batch: Any, count: int, most: int, model: Any) -> int:
    """`score`, given where these are: strings, room for where each begins and ends, results, memory to work in, null.

    That memory is enough for texts of up to `most` bytes: if one is longer, its negative size is returned, and
    something negative, too, if one has no UTF-8, but then Python's error is set.
    """
    texts, longest = locate(batch, count)
    if longest > most:
        return -longest
    tables = model_at(model)
    margins = carray(batch[3], 2 * count, np.float64)[:count]
    counts = carray(batch[3], (2 * count, 2), np.int32)[count:]
    score(texts, tables, work_at(batch[4], most, tables), (margins, counts))
    return 0


def walk_pointers(batch: Any, count: int, most: int, model: Any) -> int:
    """`walk`, given the same, but that there is 1 text and nothing is written where the results are."""
    texts, longest = locate(batch, count)
    if longest > most:
        return -longest
    tables = model_at(model)
    return walk(texts, tables, work_at(batch[4], most, tables))


SIGNATURE = types.int64(types.CPointer(types.voidptr), types.int64, types.int64, types.CPointer(types.voidptr))
ENTRIES = {"score": score_pointers, "walk": walk_pointers}


_score, _walk = numba.njit()(score_pointers), numba.njit()(walk_pointers)


@functools.cache
def entries(fingerprint: str) -> dict[str, Any]:
    """The functions for callers in C, compiled or taken from numba's cache, once for the process.

    Numba looks for changes in one file only, this one. The sources' fingerprint, which they close over, is a part of
    their key in the cache, so code that was made from other sources is never taken.
    """
    made_from = int(fingerprint[:15], 16)

    def score_entry(batch: Any, count: int, most: int, model: Any) -> int:
        return _score(batch, count, most, model) if made_from else 1

    def walk_entry(batch: Any, count: int, most: int, model: Any) -> int:
        return _walk(batch, count, most, model) if made_from else 1

    functions = {"score": score_entry, "walk": walk_entry}
    return {name: numba.cfunc(SIGNATURE, cache=True)(function) for name, function in functions.items()}
