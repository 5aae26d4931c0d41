"""The text rule, compiled by numba: UTF-8 bytes in, folded tokens out. The same tokens as `TextRule.tokens`.

Positions are unsigned, so that numba does not look for negative indices, and arrays are passed one by one, since it
counts a reference at every access to an array inside a tuple; together that made the walk several times faster.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from sentiment.textrule import APOSTROPHE, DIGIT, OTHER, SLASH, WORD

U8, U32, U64 = np.uint8, np.uint32, np.uint64
ONE = U64(1)

Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint32]
Edges = npt.NDArray[np.int32]


@numba.njit(cache=True, inline="always")
def decode(data: Bytes, at: int) -> tuple[int, int]:
    """The code point of the valid UTF-8 at `at`, and where the next one starts."""
    lead = U32(data[at])
    if lead < U32(0x80):
        return lead, at + ONE
    second = U32(data[at + ONE]) & U32(0x3F)
    if lead < U32(0xE0):
        return (lead & U32(0x1F)) << U32(6) | second, at + U64(2)
    third = U32(data[at + U64(2)]) & U32(0x3F)
    if lead < U32(0xF0):
        return (lead & U32(0x0F)) << U32(12) | second << U32(6) | third, at + U64(3)
    fourth = U32(data[at + U64(3)]) & U32(0x3F)
    return (lead & U32(0x07)) << U32(18) | second << U32(12) | third << U32(6) | fourth, at + U64(4)


@numba.njit(cache=True, inline="always")
def encode(code: int, out: Bytes, at: int) -> int:
    """Write a code point as UTF-8; returns where the next one goes."""
    if code < U32(0x80):
        out[at] = U8(code)
        return at + ONE
    last = U8(U32(0x80) | code & U32(0x3F))
    if code < U32(0x800):
        out[at], out[at + ONE] = U8(U32(0xC0) | code >> U32(6)), last
        return at + U64(2)
    third = U8(U32(0x80) | code >> U32(6) & U32(0x3F))
    if code < U32(0x10000):
        out[at], out[at + ONE], out[at + U64(2)] = U8(U32(0xE0) | code >> U32(12)), third, last
        return at + U64(3)
    out[at], out[at + ONE] = U8(U32(0xF0) | code >> U32(18)), U8(U32(0x80) | code >> U32(12) & U32(0x3F))
    out[at + U64(2)], out[at + U64(3)] = third, last
    return at + U64(4)


@numba.njit(cache=True, inline="always")
def copy(data: Bytes, at: int, folds: Codes, out: Bytes, to: int) -> tuple[int, int]:
    """Copy the code point at `at`, folded, to `to`; returns where the next ones are and go."""
    code, after = decode(data, at)
    if code < U32(len(folds)):
        code = folds[code]
    return after, encode(code, out, to)


@numba.njit(cache=True, inline="always")
def kind_at(data: Bytes, at: int, end: int, kinds: Bytes) -> int:
    """The kind of the code point at `at`; OTHER at the text's end."""
    if at >= end:
        return U8(OTHER)
    code, _ = decode(data, at)
    return kinds[code]


@numba.njit(cache=True, inline="always")
def copy_letters(data: Bytes, at: int, end: int, kinds: Bytes, folds: Codes, out: Bytes, to: int) -> tuple[int, int]:
    """Copy a run of ASCII letters: most of most words."""
    while at < end and data[at] < U8(0x80) and kinds[data[at]] == WORD:
        out[to] = U8(folds[data[at]])
        at, to = at + ONE, to + ONE
    return at, to


@numba.njit(cache=True)
def copy_word(  # noqa: C901 - one loop over the token, a branch for each kind
    data: Bytes, at: int, end: int, kinds: Bytes, folds: Codes, out: Bytes, to: int, number: bool
) -> tuple[int, int]:
    """Copy the rest of a word, or of a number or fraction if all of it so far is digits; returns both ends."""
    fraction = False
    while at < end:
        kind = kind_at(data, at, end, kinds)
        if fraction:
            if kind != DIGIT:
                break
        elif kind == WORD:
            number = False
        elif kind == APOSTROPHE:
            following = kind_at(data, decode(data, at)[1], end, kinds)
            if following != WORD and following != DIGIT:
                break
            number = False
        elif kind == SLASH and number and kind_at(data, at + ONE, end, kinds) == DIGIT:
            fraction = True
        elif kind != DIGIT:
            break
        at, to = copy(data, at, folds, out, to)
    return at, to


@numba.njit(cache=True)
def tokenise(data: Bytes, at: int, end: int, kinds: Bytes, folds: Codes, out: Bytes, edges: Edges) -> int:
    """Write the tokens of `data[at:end]`, a space after each, to `out`; returns how many.

    `edges[i]` becomes (start in `out`, end in `out`, start in `data`, end in `data`) of token i, the latter two
    counted from the text's start. `kinds` holds the kind of each code point's folded form.
    """
    start, to, count = at, U64(0), U64(0)
    while at < end:
        kind = kind_at(data, at, end, kinds)
        if kind == OTHER:
            at = decode(data, at)[1]
            continue
        edges[count, 0], edges[count, 2] = to, at - start
        at, to = copy(data, at, folds, out, to)
        if kind == WORD:
            at, to = copy_letters(data, at, end, kinds, folds, out, to)
        if kind == DIGIT or (kind == WORD and kind_at(data, at, end, kinds) != OTHER):
            at, to = copy_word(data, at, end, kinds, folds, out, to, kind == DIGIT)
        edges[count, 1], edges[count, 3] = to, at - start
        out[to] = U8(0x20)
        to, count = to + ONE, count + ONE
    return count
