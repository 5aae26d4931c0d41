"""The vector instructions: what they say they do, at any address, and nothing beyond an array."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment import vectors
from sentiment.tables import LANES, U8, U64
from sentiment.vectors import MOVED
from tests.unit.core.beyond import assert_refused

SOME = np.random.default_rng(7).integers(0, 256, 512, np.uint8)
PLACES = st.integers(0, 192)


@numba.njit
def calls(data, words, numbers):  # type: ignore[no-untyped-def]
    """Each instruction once, for the test's places and bytes."""
    at, to, low, span = numbers
    mask = vectors.within(data, U64(at), U8(low), U8(span))
    vectors.prefetch(data, U64(at))
    bits = vectors.bits_from(words, U64(at))
    vectors.move(data, U64(at), data, U64(to))
    vectors.move_wide(words.view(np.uint8), U64(at), data, U64(256 + to))
    return mask, bits, vectors.ones(mask), vectors.lowest(mask)


@given(PLACES, PLACES, st.integers(0, 255), st.integers(0, 255))
def test_each_instruction_does_what_it_says(at: int, to: int, low: int, span: int) -> None:
    data = SOME.copy()
    mask, bits, ones, lowest = calls(data, SOME.view(np.uint64), (at, to, low, span))
    inside = [(byte - low) % 256 <= span for byte in SOME[at : at + LANES].tolist()]
    assert [bool(mask >> lane & 1) for lane in range(LANES)] == inside
    assert (ones, lowest) == (sum(inside), [*inside, True].index(True))
    assert (
        f"{bits:064b}"[-57:] == "".join(map(str, np.unpackbits(SOME, bitorder="little")[at : at + 57].tolist()))[::-1]
    )
    assert data[to : to + MOVED].tolist() == SOME[at : at + MOVED].tolist()
    assert data[256 + to : 256 + to + LANES].tolist() == SOME[at : at + LANES].tolist()
    data[to : to + MOVED] = SOME[to : to + MOVED]
    data[256 + to : 256 + to + LANES] = SOME[256 + to : 256 + to + LANES]
    assert data.tolist() == SOME.tolist()


@pytest.mark.parametrize(
    "call",
    [
        "within(octets, U64(1), U8(0), U8(0))",
        "within(octets, U64(2**64 - 1), U8(0), U8(0))",
        "move(octets, U64(49), octets, U64(0))",
        "move(octets, U64(0), octets, U64(49))",
        "move_wide(octets, U64(1), octets, U64(0))",
        "move_wide(octets, U64(0), octets, U64(1))",
        "bits_from(octets.view(np.uint64), U64(7 * 64))",
    ],
)
def test_each_instruction_is_refused_beyond_an_array(call: str) -> None:
    assert_refused(call)
