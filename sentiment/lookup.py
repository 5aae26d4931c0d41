"""Which buckets have a coefficient, and where, compiled by numba: one number is read for each bucket.

A model has few coefficients for its many buckets. So buckets come in rows that mostly have one or none (see `Tables`),
and a row is a number that tells the kept buckets among its own and where in its block their coefficients begin.
"""

from __future__ import annotations

from typing import TypeAlias

from sentiment.compiled import compiled
from sentiment.hashing import Lanes
from sentiment.lanes import WIDTH, above, choose, every, gather, load, put, store
from sentiment.packing import pack
from sentiment.tables import (
    BEGIN_BIT,
    BLOCK_BITS,
    EMPTY,
    KEY_BITS,
    KEYS,
    MANY,
    ONE,
    PLACE_BITS,
    U32,
    U64,
    Codes,
    Tables,
)
from sentiment.vectors import lowest, ones

NONE = 0xFFFFFFFF  # the place, or rank, of a bucket without a coefficient
ALL = (1 << WIDTH) - 1  # a bit for each lane
KEY = (1 << KEY_BITS) - 1  # the bits of a row's first key
EACH = sum(1 << KEY_BITS * key for key in range(KEYS))  # times a number of KEY_BITS: that number in each key's place

Parts: TypeAlias = tuple[Codes, Codes, Codes]  # rows, spots, other buckets


@compiled(inline="always")
def bucket_mask(tables: Tables) -> int:
    return U32((len(tables.rows) << tables.row_bits) - 1)


@compiled(inline="always")
def block_of(bucket: Lanes, tables: Tables) -> Lanes:
    return bucket >> U32(tables.row_bits + BLOCK_BITS)


@compiled(inline="always")
def spot_of(bucket: Lanes, place: Lanes, tables: Tables) -> Lanes:
    """Where a coefficient is: its block and its place there, as one number."""
    return block_of(bucket, tables) << U32(PLACE_BITS) | place


@compiled(inline="always")
def rank_of(spot: int, tables: Tables) -> int:
    """The place among all coefficients of the one at a spot."""
    return U32(tables.blocks[spot >> U32(PLACE_BITS)] + (spot & U32((1 << PLACE_BITS) - 1)))


@compiled()
def search(bucket: int, row: int, tables: Tables) -> int:
    """A bucket's place in its block, or NONE, by looking at each kept bucket of a row of MANY."""
    kept, at = tables.kept, U64(row & U32((1 << BEGIN_BIT) - 1))
    while at < U64(len(kept)) and kept[at] < bucket:
        at += ONE
    if at < U64(len(kept)) and kept[at] == bucket:
        return U32(U32(at) - tables.blocks[block_of(bucket, tables)])
    return U32(NONE)


@compiled(inline="always")
def find(buckets: Codes, rows: Codes, first: int, tables: Tables) -> Lanes:
    """The places in their blocks of the WIDTH buckets from `first` on, whose rows these are; EMPTY or more: none."""
    bucket, row = load(buckets, first), load(rows, first)
    differ = row ^ (bucket & U32((1 << tables.row_bits) - 1)) * U32(EACH)
    begin = row >> U32(BEGIN_BIT)
    places = every(U32(NONE))
    for key in range(KEYS - 1, -1, -1):
        places = choose(differ & U32(KEY << KEY_BITS * key), U32(0), begin + U32(key), places)
    left = above(row, U32((MANY << BEGIN_BIT) - 1))
    while left:
        lane = lowest(left)
        left &= left - ONE
        places = put(places, lane, search(buckets[first + lane], rows[first + lane], tables))
    return places


@compiled()
def read_rows(buckets: Codes, count: int, tables: Tables, rows: Codes) -> None:
    """Write each bucket's row. The first bucket is repeated up to a multiple of WIDTH."""
    if count:
        store(buckets, U64(count), every(buckets[0]))
    for first in range(U64(0), U64(count), U64(WIDTH)):
        store(rows, first, gather(tables.rows, load(buckets, first) >> U32(tables.row_bits)))


@compiled()
def part(buckets: Codes, count: int, tables: Tables, parts: Parts) -> tuple[int, int]:
    """Write the spots of the buckets that have a coefficient, and the buckets that have none; returns how many.

    Up to WIDTH - 1 of them are repeats of the first: they don't matter.
    """
    rows, spots, others = parts
    kept, rest = U64(0), U64(0)
    read_rows(buckets, count, tables, rows)  # in a loop of its own: nothing else waits for the memory
    for first in range(U64(0), U64(count), U64(WIDTH)):
        bucket, places = load(buckets, first), find(buckets, rows, first, tables)
        without = above(places, U32(EMPTY - 1))
        pack(spots, kept, spot_of(bucket, places, tables), without ^ U64(ALL))
        pack(others, rest, bucket, without)
        kept += U64(WIDTH) - ones(without)
        rest += ones(without)
    return kept, rest


@compiled()
def rank_all(buckets: Codes, count: int, tables: Tables, ranks: Codes) -> None:
    """Write the rank of each bucket, or NONE; up to WIDTH - 1 more numbers are written."""
    read_rows(buckets, count, tables, ranks)
    for first in range(U64(0), U64(count), U64(WIDTH)):
        store(ranks, first, find(buckets, ranks, first, tables))
    for term in range(U64(count)):
        place = ranks[term]
        found = place < U32(EMPTY)
        ranks[term] = rank_of(U32(spot_of(buckets[term], place, tables)), tables) if found else U32(NONE)
