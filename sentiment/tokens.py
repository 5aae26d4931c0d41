"""The text rule, compiled by numba: UTF-8 bytes in, folded tokens out. The same tokens as `TextRule.tokens`.

Most bytes are ASCII letters, spaces and marks. Each of those takes one table entry and no branch: where a token begins
is added to the positions as 0 or 1, since a guess at every word's end would be wrong too often. What needs a look
around (apostrophes, slashes, all beyond ASCII) leaves that path.

Positions are unsigned, so that numba does not look for negative indices, and arrays are passed one by one, since it
counts a reference at every access to an array inside a tuple.
"""

from __future__ import annotations

from typing import TypeAlias

import numba

from sentiment.tables import IN_WORD, LOOK_AROUND, U8, U32, U64, Bytes, Codes, Entries
from sentiment.textrule import APOSTROPHE, CODE_POINTS, DIGIT, OTHER, SLASH, WORD

ONE = U64(1)

Rule: TypeAlias = tuple[Entries, Bytes, Codes]  # of each byte; kinds of the folded code points; folds
Place: TypeAlias = tuple[int, int, int, int]  # in the text, in `out`, tokens so far, IN_WORD or 0


@numba.njit(cache=True, inline="always")
def decode(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """The code point at `at`, and where the next one starts; U+FFFD for what is cut off by `end` or no code point."""
    lead = U32(data[at])
    if lead < U32(0x80):
        return lead, at + ONE
    length = U64(2) + U64(lead >= U32(0xE0)) + U64(lead >= U32(0xF0))
    if at + length > end:
        return U32(0xFFFD), end
    code = lead & U32(U32(0x7F) >> U32(length))
    for place in range(at + ONE, at + length):
        code = U32(code << U32(6)) | U32(data[U64(place)] & U8(0x3F))
    return (code if code < U32(CODE_POINTS) else U32(0xFFFD)), at + length


@numba.njit(cache=True, inline="always")
def encode(code: int, out: Bytes, to: int) -> int:
    """Write a code point as UTF-8; returns where the next one goes."""
    if code < U32(0x80):
        out[to] = U8(code)
        return to + ONE
    last = U8(U32(0x80) | code & U32(0x3F))
    if code < U32(0x800):
        out[to], out[to + ONE] = U8(U32(0xC0) | code >> U32(6)), last
        return to + U64(2)
    third = U8(U32(0x80) | code >> U32(6) & U32(0x3F))
    if code < U32(0x10000):
        out[to], out[to + ONE], out[to + U64(2)] = U8(U32(0xE0) | code >> U32(12)), third, last
        return to + U64(3)
    out[to], out[to + ONE] = U8(U32(0xF0) | code >> U32(18)), U8(U32(0x80) | code >> U32(12) & U32(0x3F))
    out[to + U64(2)], out[to + U64(3)] = third, last
    return to + U64(4)


@numba.njit(cache=True, inline="always")
def kind_at(data: Bytes, at: int, end: int, kinds: Bytes) -> int:
    """The kind of the code point at `at`; OTHER at the text's end."""
    return kinds[decode(data, at, end)[0]] if at < end else U8(OTHER)


@numba.njit(cache=True, inline="always")
def digits_end(data: Bytes, at: int, end: int, kinds: Bytes) -> int:
    """Where the run of digits that starts at `at` ends."""
    while kind_at(data, at, end, kinds) == DIGIT:
        at = decode(data, at, end)[1]
    return at


@numba.njit(cache=True, inline="always")
def copy(data: Bytes, at: int, end: int, folds: Codes, out: Bytes, to: int) -> int:
    """Copy code points, folded, to `to`; returns where the next one goes."""
    while at < end:
        code, at = decode(data, at, end)
        to = encode(folds[code] if code < U32(len(folds)) else code, out, to)
    return to


@numba.njit(cache=True)
def look_around(data: Bytes, end: int, rule: Rule, out: Bytes, starts: Codes, place: Place) -> Place:
    """Take the code point at `place`, with its digits if it is a fraction's slash; returns the place after."""
    _, kinds, folds = rule
    at, to, count, inside = place
    code, after = decode(data, at, end)
    kind = kinds[code]
    if kind == SLASH and inside and digits_end(out, U64(starts[count - ONE]), to, kinds) == to:
        stop = digits_end(data, after, end, kinds)
        if stop > after:
            return stop, copy(data, at, stop, folds, out, to), count, U32(0)  # what follows is another token
    goes_on = kind_at(data, after, end, kinds) if kind == APOSTROPHE and inside else kind
    in_word = goes_on in (WORD, DIGIT)
    if kind != OTHER:
        begins = U64(not (in_word and inside))
        to += begins
        starts[count] = to
        count += begins
        to = copy(data, at, after, folds, out, to)
    return after, to, count, IN_WORD if in_word else U32(0)


@numba.njit(cache=True)
def tokenise(data: Bytes, at: int, end: int, rule: Rule, out: Bytes, starts: Codes) -> int:
    """Write the tokens of `data[at:end]` to `out`, a space before each; returns how many.

    `starts[i]` becomes the place in `out` where token i starts; it ends one before `starts[i + 1]`. `out` must have
    2 (end - at) + 4 bytes, all of them spaces, and `starts` end - at + 1 places.
    """
    entries, _, _ = rule
    to, count, inside = U64(0), U64(0), U32(0)
    while at < end:
        entry = U32(entries[data[at]])
        while not entry & LOOK_AROUND:
            kept = U64(entry >> U32(9))  # 1 or 0
            begins = kept & ~U64((entry & inside) >> U32(8))  # 1 or 0: not within a word that goes on
            to += begins
            starts[count] = to
            count += begins
            out[to] = U8(entry)
            to += kept
            inside = entry & IN_WORD
            at += ONE
            if at >= end:
                break
            entry = U32(entries[data[at]])
        else:
            at, to, count, inside = look_around(data, end, rule, out, starts, (at, to, count, inside))
    starts[count] = to + ONE
    return count
