"""The buckets of a text's terms, compiled by numba: MurmurHash3 x86_32 (Austin Appleby, public domain).

Seed 42, UTF-8 bytes, as Spark's HashingTF has done since 3.0. A term is one run of bytes of the folded tokens (see
`tokens.tokenise`), and those that start at one token are prefixes of one another, so they share the states of their
blocks. Lengths differ from term to term, and a branch on them would be guessed wrong at nearly every one. So the states
after each of the first blocks are worked out for the terms of WIDTH tokens at once, and each term picks its own. The
few longer terms are hashed one by one.
"""

from __future__ import annotations

from sentiment.compiled import compiled
from sentiment.lanes import COLUMNS, WIDTH, above, choose, columns, every, load, narrow, rotate, store
from sentiment.tables import ONE, U32, U64, Bytes, Codes
from sentiment.vectors import lowest

SEED = 42
SHORT = 4 * COLUMNS  # bytes: all but one or two in a hundred terms of up to three English words are shorter

Lanes = int  # or a number of 32 bits: what is worked out of either is the same


@compiled(inline="always")
def scramble(block: Lanes) -> Lanes:
    return narrow(rotate(block * U32(0xCC9E2D51), U32(15)) * U32(0x1B873593))


@compiled(inline="always")
def mix(state: Lanes, block: Lanes) -> Lanes:
    return narrow(rotate(state ^ scramble(block), U32(13)) * U32(5) + U32(0xE6546B64))


@compiled(inline="always")
def finish(state: Lanes, block: Lanes, length: Lanes) -> Lanes:
    """The hash, from the state after the whole blocks and the block that holds the bytes left over."""
    left_over = narrow(narrow(U32(1) << narrow((length & U32(3)) << U32(3))) - U32(1))
    state = narrow(state ^ scramble(narrow(block & left_over)) ^ length)
    state = narrow(narrow(state ^ narrow(state >> U32(16))) * U32(0x85EBCA6B))
    state = narrow(narrow(state ^ narrow(state >> U32(13))) * U32(0xC2B2AE35))
    return narrow(state ^ narrow(state >> U32(16)))


@compiled(inline="always")
def block_at(out: Bytes, at: int) -> int:
    """Four bytes, little-endian."""
    low = U32(out[at]) | U32(out[at + ONE]) << U32(8)
    return U32(low | U32(out[at + U64(2)]) << U32(16) | U32(out[at + U64(3)]) << U32(24))


@compiled()
def hash_long(out: Bytes, starts: Codes, terms: tuple[int, int, int], mask: int, buckets: Codes) -> None:
    """The buckets of those terms of (a token, tokens in all, most tokens in a term) that are not short."""
    token, count, max_order = terms
    begin, place = U64(starts[token]), token
    at, state = begin, U32(SEED)
    for order in range(ONE, min(max_order, count - token) + ONE):
        end = U64(starts[token + order]) - ONE
        while at + U64(4) <= end:
            state = mix(state, block_at(out, at))
            at += U64(4)
        if end - begin >= U64(SHORT):
            buckets[place] = finish(state, block_at(out, at), U32(end - begin)) & mask
        place += count - order + ONE


@compiled()
def hash_terms(out: Bytes, starts: Codes, count: int, max_order: int, mask: int, buckets: Codes) -> int:
    """Write the bucket of every term, by order and then by first token; returns how many.

    `out` and `starts` are as `tokens.tokenise` leaves them: there is something to read beyond the last token. WIDTH
    buckets are written at once, so beyond an order's last term, too. The last tokens come first, and a token's terms in
    the order of their lengths: so whatever stands there by mistake is written again afterwards.
    """
    orders = min(U64(max_order), U64(count))
    groups = (U64(count) + U64(WIDTH - 1)) // U64(WIDTH)
    for done in range(groups):
        first = (groups - ONE - U64(done)) * U64(WIDTH)
        block_0, block_1, block_2, block_3, block_4, block_5 = columns(out, starts, first)
        state_0 = every(U32(SEED))
        state_1 = mix(state_0, block_0)
        state_2 = mix(state_1, block_1)
        state_3 = mix(state_2, block_2)
        state_4 = mix(state_3, block_3)
        state_5 = mix(state_4, block_4)
        after = load(starts, first) + U32(1)
        length, place = after, first
        for order in range(ONE, orders + ONE):
            length = load(starts, first + order) - after
            whole = length >> U32(2)
            state, block = choose(whole, U32(1), state_1, state_0), choose(whole, U32(1), block_1, block_0)
            state, block = choose(whole, U32(2), state_2, state), choose(whole, U32(2), block_2, block)
            state, block = choose(whole, U32(3), state_3, state), choose(whole, U32(3), block_3, block)
            state, block = choose(whole, U32(4), state_4, state), choose(whole, U32(4), block_4, block)
            state, block = choose(whole, U32(5), state_5, state), choose(whole, U32(5), block_5, block)
            store(buckets, place, finish(state, block, length) & mask)
            place += U64(count) - order + ONE
        long = above(length, U32(SHORT - 1))
        while long:
            token = first + lowest(long)
            long &= long - ONE
            if token < U64(count):
                hash_long(out, starts, (token, U64(count), U64(max_order)), mask, buckets)
    return orders * (U64(2 * count) - orders + ONE) // U64(2)
