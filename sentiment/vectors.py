"""The few vector instructions that numba has no word for: 64 bytes compared, 16 moved, at any address.

They are written in LLVM's terms, so every processor has them: as the widest instructions it knows. Their bounds are
checked like those of any array access, where NUMBA_BOUNDSCHECK is on: by reading the last byte as numba does.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from sentiment.codepoints import U64, Bits, Bytes

LANES = 64  # bytes that one mask tells about
MOVED = 16
BYTE = ir.IntType(8)


def _pointer(context: Any, builder: ir.IRBuilder, array: tuple[Any, Any, Any], to: ir.Type) -> ir.Value:
    """The address of (array's type, array, place in it), as a pointer to another type."""
    of, value, place = array
    return builder.bitcast(builder.gep(context.make_array(of)(context, builder, value).data, [place]), to.as_pointer())


@intrinsic  # type: ignore[misc]
def _within(typing: Any, data: Any, at: Any, low: Any, span: Any) -> Any:
    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        data, at, low, span = arguments
        vector = ir.VectorType(BYTE, LANES)

        def all_lanes(byte: ir.Value) -> ir.Value:
            first = builder.insert_element(ir.Constant(vector, ir.Undefined), byte, ir.IntType(32)(0))
            return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))

        pointer = _pointer(context, builder, (signature.args[0], data, at), vector)
        distance = builder.sub(builder.load(pointer, align=1), all_lanes(low))
        return builder.bitcast(builder.icmp_unsigned("<=", distance, all_lanes(span)), ir.IntType(LANES))

    return types.uint64(data, at, types.uint8, types.uint8), generate


@intrinsic  # type: ignore[misc]
def _move(typing: Any, source: Any, at: Any, target: Any, to: Any) -> Any:
    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        source, at, target, to = arguments
        vector = ir.VectorType(BYTE, MOVED)
        loaded = builder.load(_pointer(context, builder, (signature.args[0], source, at), vector), align=1)
        builder.store(loaded, _pointer(context, builder, (signature.args[2], target, to), vector), align=1)
        return context.get_dummy_value()

    return types.void(source, at, target, to), generate


@intrinsic  # type: ignore[misc]
def _bits_from(typing: Any, words: Any, place: Any) -> Any:
    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        words, place = arguments
        word = ir.IntType(64)
        first = _pointer(context, builder, (signature.args[0], words, word(0)), BYTE)
        byte = builder.bitcast(builder.gep(first, [builder.lshr(place, word(3))]), word.as_pointer())
        return builder.lshr(builder.load(byte, align=1), builder.and_(place, word(7)))

    return types.uint64(words, types.uint64), generate


@intrinsic  # type: ignore[misc]
def ones(typing: Any, word: Any) -> Any:
    """How many bits of 64 are set."""
    return types.uint64(types.uint64), lambda _, builder, __, arguments: builder.ctpop(arguments[0])


@intrinsic  # type: ignore[misc]
def lowest(typing: Any, word: Any) -> Any:
    """The place of the lowest bit that is set; 64 if none is."""
    return types.uint64(types.uint64), lambda _, builder, __, words: builder.cttz(words[0], ir.IntType(1)(0))


@numba.njit(cache=True, inline="always")
def within(data: Bytes, at: int, low: int, span: int) -> int:
    """A bit for each of LANES bytes from `at`: whether it is one of `low` to `low + span`."""
    _ = data[at + U64(LANES - 1)]
    return _within(data, at, low, span)


@numba.njit(cache=True, inline="always")
def move(source: Bytes, at: int, target: Bytes, to: int) -> None:
    """Copy MOVED bytes."""
    _ = source[at + U64(MOVED - 1)], target[to + U64(MOVED - 1)]
    _move(source, at, target, to)


@numba.njit(cache=True, inline="always")
def bits_from(words: Bits, place: int) -> int:
    """The bits of an array of 64-bit words from any place on: 57 of them at least, then zeros."""
    _ = words[(place >> U64(6)) + U64(1)]
    return _bits_from(words, place)
