"""The buckets of a text's terms, compiled by numba: MurmurHash3 x86_32 (Austin Appleby, public domain).

Seed 42, UTF-8 bytes, as Spark's HashingTF has done since 3.0. A term is one run of bytes of the folded tokens (see
`tokens.tokenise`), and those that start at one token are prefixes of one another, so they share the states of their
blocks. Lengths differ from term to term, and a branch on them would be guessed wrong at nearly every one. So the states
after each of the first BLOCKS blocks are worked out for all, and each term picks its own: straight lines of code that
the compiler turns into vector instructions. The few longer terms go on one by one from the last of those states.
"""

from __future__ import annotations

from typing import TypeAlias

import numba

from sentiment.tables import CHUNK, ONE, U32, U64, WORDS, Bytes, Codes
from sentiment.vectors import columns

SEED = 42
BLOCKS = 6  # of 4 bytes: all but one or two in a hundred terms of up to three English words are shorter

Grids: TypeAlias = tuple[Codes, Codes]  # blocks and states, shape (WORDS, CHUNK)


@numba.njit(cache=True, inline="always")
def rotate(value: int, by: int) -> int:
    return U32(U32(value << U32(by)) | U32(value >> U32(32 - by)))


@numba.njit(cache=True, inline="always")
def scramble(block: int) -> int:
    return U32(rotate(U32(block * U32(0xCC9E2D51)), 15) * U32(0x1B873593))


@numba.njit(cache=True, inline="always")
def mix(state: int, block: int) -> int:
    return U32(rotate(U32(state ^ scramble(block)), 13) * U32(5) + U32(0xE6546B64))


@numba.njit(cache=True, inline="always")
def finish(state: int, block: int, length: int) -> int:
    """The hash, from the state after the whole blocks and the block that holds the bytes left over."""
    left_over = U32((U32(1) << (U32(8) * (length & U32(3)))) - U32(1))
    state = U32(state ^ scramble(block & left_over) ^ length)
    state = U32((state ^ (state >> U32(16))) * U32(0x85EBCA6B))
    state = U32((state ^ (state >> U32(13))) * U32(0xC2B2AE35))
    return U32(state ^ (state >> U32(16)))


@numba.njit(cache=True, inline="always")
def block_at(out: Bytes, at: int) -> int:
    """Four bytes, little-endian."""
    low = U32(out[at]) | U32(out[at + ONE]) << U32(8)
    return U32(low | U32(out[at + U64(2)]) << U32(16) | U32(out[at + U64(3)]) << U32(24))


@numba.njit(cache=True)
def mix_blocks(out: Bytes, starts: Codes, count: int, blocks: Codes, states: Codes) -> None:
    """Of each token's first bytes, `blocks[k]` becomes block k and `states[k]` the state before it."""
    for token in range(U64(0), count, U64(WORDS)):
        columns(out, starts, token, blocks)
    for token in range(count):
        state = U32(SEED)
        for k in range(BLOCKS):
            states[k, U64(token)] = state
            state = mix(state, blocks[k, U64(token)])


@numba.njit(cache=True)
def pick(starts: Codes, order: int, count: int, grids: Grids, mask: int, buckets: Codes) -> None:
    """The buckets of the terms of `order` tokens that start at the first `count` tokens, if they are short."""
    blocks, states = grids
    for token in range(count):
        first = U64(token)
        length = U32(starts[first + order] - starts[first] - U32(1))
        whole = length >> U32(2)
        state, block = states[0, first], blocks[0, first]
        for k in range(1, BLOCKS):
            state_k, block_k = states[k, first], blocks[k, first]  # loaded in any case: no branch
            state = state_k if whole == U32(k) else state
            block = block_k if whole == U32(k) else block
        buckets[first] = finish(state, block, length) & mask


@numba.njit(cache=True)
def hash_long(out: Bytes, starts: Codes, span: tuple[int, int, int], states: Codes, mask: int, buckets: Codes) -> None:
    """The buckets of the terms of `span` (first token, tokens in all, most tokens in a term) that are not short."""
    first, count, max_order = span
    for token in range(first, min(first + U64(CHUNK), count)):
        if U32(starts[token + max_order] - starts[token]) <= U32(4 * BLOCKS):
            continue
        begin, place = U64(starts[token]), token
        at, state = begin + U64(4 * (BLOCKS - 1)), states[BLOCKS - 1, token - first]
        for order in range(ONE, min(max_order, count - token) + ONE):
            end = U64(starts[token + order]) - ONE
            if end - begin >= U64(4 * BLOCKS):
                while at + U64(4) <= end:
                    state = mix(state, block_at(out, at))
                    at += U64(4)
                buckets[place] = finish(state, block_at(out, at), U32(end - begin)) & mask
            place += count - order + ONE


@numba.njit(cache=True)
def hash_terms(out: Bytes, starts: Codes, count: int, max_order: int, mask: int, grids: Grids, buckets: Codes) -> int:
    """Write the bucket of every term, by order and then by first token; returns how many.

    `out` and `starts` are as `tokens.tokenise` leaves them: there is something to read beyond the last token.
    """
    blocks, states = grids
    found = U64(0)
    for first in range(U64(0), U64(count), U64(CHUNK)):
        mix_blocks(out, starts[first:], min(U64(CHUNK), count - first), blocks, states)
        found = U64(0)
        for order in range(ONE, min(U64(max_order), U64(count)) + ONE):
            terms = count - order + ONE
            if terms > first:
                place = buckets[found + first :]
                pick(starts[first:], order, min(U64(CHUNK), terms - first), grids, mask, place)
            found += terms
        hash_long(out, starts, (first, U64(count), U64(max_order)), states, mask, buckets)
    return found
