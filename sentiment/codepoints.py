"""Code points in and out of UTF-8, compiled by numba.

Positions are unsigned, so that numba does not look for negative indices.
"""

from __future__ import annotations

from sentiment.compiled import compiled
from sentiment.tables import ONE, U8, U32, U64, Bytes
from sentiment.textrule import CODE_POINTS


@compiled(inline="always")
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


@compiled(inline="always")
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
