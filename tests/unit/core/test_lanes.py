"""Sixteen numbers at once: what numpy makes of the same numbers, for any processor, and nothing beyond an array."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba.core.codegen import get_host_cpu_features

from sentiment import lanes, packing
from sentiment.lanes import COLUMNS, WIDTH
from sentiment.packing import PACKERS
from sentiment.tables import U32, U64
from tests.unit.core.beyond import assert_refused

NUMBERS = st.lists(st.integers(0, 2**32 - 1), min_size=WIDTH, max_size=WIDTH).map(
    lambda some: np.array(some, np.uint32)
)
WORDS = st.integers(0, 2**32 - 1)
KINDS = [kind for kind in PACKERS if not kind or f"+{kind}" in get_host_cpu_features()]


@numba.njit
def operators(left, right, word, out):  # type: ignore[no-untyped-def]
    """Row by row, what each operator makes of lanes and lanes, lanes and a number, a number and lanes."""
    a, b = lanes.load(left, U64(0)), lanes.load(right, U64(0))
    few, by = b & U32(31), word & U32(31)
    for row, each in enumerate(
        (
            *(a + b, a - b, a * b, a ^ b, a & b, a | b, a << few, a >> few),
            *(a + word, a - word, a * word, a ^ word, a & word, a | word, a << by, a >> by),
            *(word + a, word - a, word * a, word ^ a, word & a, word | a, word << few, word >> few),
        )
    ):
        lanes.store(out, U64(WIDTH * row), each)


@given(NUMBERS, NUMBERS, WORDS)
def test_operators_are_those_of_numpy(left: np.ndarray, right: np.ndarray, word: int) -> None:
    out = np.zeros((24, WIDTH), np.uint32)
    operators(left, right, U32(word), out.reshape(-1))
    number, few, by = U32(word), right & U32(31), U32(word & 31)
    with np.errstate(over="ignore"):
        rows = [
            *(left + right, left - right, left * right, left ^ right, left & right, left | right),
            *(left << few, left >> few),
            *(left + number, left - number, left * number, left ^ number, left & number, left | number),
            *(left << by, left >> by),
            *(number + left, number - left, number * left, number ^ left, number & left, number | left),
            *(number << few, number >> few),
        ]
    assert out.tolist() == [row.tolist() for row in rows]


@numba.njit
def calls(left, right, numbers, out):  # type: ignore[no-untyped-def]
    word, by, lane = numbers
    a, b = lanes.load(left, U64(0)), lanes.load(right, U64(0))
    for row, each in enumerate(
        (
            lanes.rotate(a, U32(by)),
            lanes.every(U32(word)),
            lanes.count_from(U32(word)),
            lanes.put(a, U64(lane), U32(word)),
            lanes.choose(a, U32(word), a, b),
            lanes.narrow(a),
        )
    ):
        lanes.store(out, U64(WIDTH * row), each)
    return lanes.above(a, U32(word)), lanes.rotate(U32(word), U32(by)), lanes.narrow(U64(word) << U64(7))


@given(NUMBERS, NUMBERS, WORDS, st.integers(1, 31), st.integers(0, WIDTH - 1), st.booleans())
def test_each_instruction_does_what_it_says(
    left: np.ndarray, right: np.ndarray, word: int, by: int, lane: int, among: bool
) -> None:
    word = int(left[lane]) if among else word
    out = np.zeros((6, WIDTH), np.uint32)
    above, rotated, narrow = calls(left, right, (word, by, lane), out.reshape(-1))
    put = left.tolist()
    put[lane] = word
    assert out.tolist() == [
        [(number << by | number >> (32 - by)) % 2**32 for number in left.tolist()],
        [word] * WIDTH,
        [(word + number) % 2**32 for number in range(WIDTH)],
        put,
        np.where(left == word, left, right).tolist(),
        left.tolist(),
    ]
    assert [bool(above >> place & 1) for place in range(64)] == [*(left > word).tolist(), *[False] * (64 - WIDTH)]
    assert rotated == (word << by | word >> (32 - by)) % 2**32
    assert narrow == (word << 7) % 2**32


@numba.njit
def memory(data, octets, places, at):  # type: ignore[no-untyped-def]
    """Each instruction that reads or writes at several places."""
    out = np.zeros((2 + COLUMNS, WIDTH), np.uint32)
    lanes.store(out[0], U64(0), lanes.gather(data, lanes.load(places, U64(0))))
    lanes.store(out[1], U64(0), lanes.gather(octets, lanes.load(places, U64(0))))
    first, second, third, fourth, fifth, sixth = lanes.columns(octets, places, U64(0))
    for row, each in enumerate((first, second, third, fourth, fifth, sixth)):
        lanes.store(out[2 + row], U64(0), each)
    lanes.scatter(data, lanes.load(places, U64(0)), lanes.load(data, U64(at)))
    return out


@given(st.lists(st.integers(0, 99), min_size=WIDTH, max_size=WIDTH), st.integers(0, 84))
def test_memory_is_read_and_written_where_it_is_said(places: list[int], at: int) -> None:
    data = np.random.default_rng(7).integers(0, 2**32, 100, np.uint32)
    octets, written = data.view(np.uint8), data.copy()
    for place, value in zip(places, data[at : at + WIDTH].tolist(), strict=True):
        written[place] = value  # of lanes with the same place, the last one stays
    rows = [octets[place : place + 4 * COLUMNS].view(np.uint32).tolist() for place in places]
    wanted = [data[places].tolist(), [row[0] for row in rows], *map(list, zip(*rows, strict=True))]
    out = memory(data, octets.copy(), np.array(places, np.uint32), at)
    assert out.tolist() == wanted
    assert data.tolist() == written.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_lanes_are_packed_in_their_order_by_any_processor(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "packing", lambda: kind)

    @numba.njit
    def pack(array, at, value, bits):  # type: ignore[no-untyped-def]
        packing.pack(array, U64(at), lanes.load(value, U64(0)), U64(bits))
        return packing.compresses()

    @given(NUMBERS, st.integers(0, 2**WIDTH - 1), st.integers(0, 8))
    def packed(numbers: np.ndarray, bits: int, at: int) -> None:
        array, chosen = np.zeros(32, np.uint32), [bool(bits >> lane & 1) for lane in range(WIDTH)]
        assert pack(array, at, numbers, bits) == (kind == "avx512f")
        assert array[at : at + sum(chosen)].tolist() == numbers[chosen].tolist()
        assert not array[:at].any()
        assert not array[at + WIDTH :].any()

    packed()


@pytest.mark.parametrize(
    ("name", "features", "kind"),
    [
        ("x86-64-v4", "", "avx512f"),
        ("x86-64-v3", "", "avx2"),
        ("x86-64-v2", "", ""),
        ("x86-64-v2", "+sse4.2,+avx2,-avx512f", "avx2"),
        ("generic", "", ""),
        ("x86-64-v3", "-avx2", ""),
        ("x86-64-v3", "-avx,+fma", ""),
    ],
)
def test_packing_is_chosen_by_what_is_compiled_for(
    monkeypatch: pytest.MonkeyPatch, name: str, features: str | None, kind: str
) -> None:
    monkeypatch.setattr(numba.config, "CPU_NAME", name)
    monkeypatch.setattr(numba.config, "CPU_FEATURES", features)
    assert packing.packing() == kind


@pytest.mark.parametrize(
    "call",
    [
        "load(words, U64(1))",
        "store(words, U64(2**64 - 1), every(U32(0)))",
        "gather(words, every(U32(16)))",
        "gather(words, put(every(U32(0)), U64(15), U32(16)))",
        "gather(octets, every(U32(61)))",
        "scatter(words, every(U32(16)), every(U32(0)))",
        "pack(words, U64(1), every(U32(0)), U64(0))",
        "columns(octets, np.full(16, 33, np.uint32), U64(0))",
        "columns(octets, np.zeros(16, np.uint32), U64(1))",
    ],
)
def test_each_instruction_is_refused_beyond_an_array(call: str) -> None:
    assert_refused(call)
