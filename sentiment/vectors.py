"""The few vector instructions that numba has no word for, at any address: compare 64 bytes, move 16, transpose.

They are written in LLVM's terms, so every processor has them, as the widest instructions it knows. The functions at the
end check the bounds of what they touch as numba does, where NUMBA_BOUNDSCHECK is on: by reading its last element.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from sentiment.tables import LANES, U64, WORDS, Bits, Bytes, Codes

MOVED = 16  # bytes

BYTE, WORD, PLACE = ir.IntType(8), ir.IntType(32), ir.IntType(64)


def _pointer(context: Any, builder: ir.IRBuilder, array: tuple[Any, ...], to: ir.Type) -> ir.Value:
    """The address of (an array's type, the array, a place in it...), as that of another type."""
    of, value, *places = array
    item = cgutils.get_item_pointer(context, builder, of, context.make_array(of)(context, builder, value), places)
    return builder.bitcast(item, to.as_pointer())


@intrinsic  # type: ignore[misc]
def ones(typing: Any, word: Any) -> Any:
    """How many bits of 64 are set."""
    return types.uint64(types.uint64), lambda _, builder, __, words: builder.ctpop(words[0])


@intrinsic  # type: ignore[misc]
def lowest(typing: Any, word: Any) -> Any:
    """The place of the lowest of 64 bits that is set; 64 if none is."""
    return types.uint64(types.uint64), lambda _, builder, __, words: builder.cttz(words[0], ir.IntType(1)(0))


@intrinsic  # type: ignore[misc]
def prefetch(typing: Any, array: Any, *place: Any) -> Any:
    """Have the processor fetch an element, while it goes on; nothing depends on it, not even whether there is one."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        pointer = _pointer(
            context, builder, (signature.args[0], arguments[0], *cgutils.unpack_tuple(builder, arguments[1])), BYTE
        )
        whole = ir.FunctionType(ir.VoidType(), [pointer.type, WORD, WORD, WORD])
        function = builder.module.declare_intrinsic("llvm.prefetch", [pointer.type], whole)
        builder.call(function, [pointer, WORD(0), WORD(3), WORD(1)])  # to read, into all caches, data
        return context.get_dummy_value()

    return types.void(array, types.StarArgTuple(place)), generate


@intrinsic  # type: ignore[misc]
def _within(typing: Any, data: Any, at: Any, low: Any, span: Any) -> Any:
    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        data, at, low, span = arguments
        vector = ir.VectorType(BYTE, LANES)
        zeros = ir.Constant(ir.VectorType(WORD, LANES), [0] * LANES)

        def in_all(byte: ir.Value) -> ir.Value:
            first = builder.insert_element(ir.Constant(vector, ir.Undefined), byte, WORD(0))
            return builder.shuffle_vector(first, first, zeros)

        loaded = builder.load(_pointer(context, builder, (signature.args[0], data, at), vector), align=1)
        inside = builder.icmp_unsigned("<=", builder.sub(loaded, in_all(low)), in_all(span))
        return builder.bitcast(inside, ir.IntType(LANES))

    return types.uint64(data, types.uint64, types.uint8, types.uint8), generate


@intrinsic  # type: ignore[misc]
def _move(typing: Any, source: Any, at: Any, target: Any, to: Any) -> Any:
    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        source, at, target, to = arguments
        vector = ir.VectorType(BYTE, MOVED)
        loaded = builder.load(_pointer(context, builder, (signature.args[0], source, at), vector), align=1)
        builder.store(loaded, _pointer(context, builder, (signature.args[2], target, to), vector), align=1)
        return context.get_dummy_value()

    return types.void(source, types.uint64, target, types.uint64), generate


@intrinsic  # type: ignore[misc]
def _bits_from(typing: Any, words: Any, place: Any) -> Any:
    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        words, place = arguments
        first = _pointer(context, builder, (signature.args[0], words, PLACE(0)), BYTE)
        byte = builder.bitcast(builder.gep(first, [builder.lshr(place, PLACE(3))]), PLACE.as_pointer())
        return builder.lshr(builder.load(byte, align=1), builder.and_(place, PLACE(7)))

    return types.uint64(words, types.uint64), generate


@intrinsic  # type: ignore[misc]
def _columns(typing: Any, data: Any, starts: Any, first: Any, grid: Any) -> Any:
    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        (data_type, starts_type, _, grid_type), (data, starts, first, grid) = signature.args, arguments
        vector = ir.VectorType(WORD, WORDS)
        rows = []
        for row in range(WORDS):
            place = builder.add(first, PLACE(row))
            start = builder.load(_pointer(context, builder, (starts_type, starts, place), WORD))
            at = _pointer(context, builder, (data_type, data, builder.zext(start, PLACE)), vector)
            rows.append(builder.load(at, align=1))
        for apart in (1, 2, 4):  # of each two rows, swap what lies off the diagonal: lanes, then twos, then fours
            lanes = [lane if not lane & apart else WORDS + lane - apart for lane in range(WORDS)]
            masks = [ir.Constant(vector, [lane + more for lane in lanes]) for more in (0, apart)]
            pairs = [(rows[i & ~apart], rows[i | apart], masks[bool(i & apart)]) for i in range(WORDS)]
            rows = [builder.shuffle_vector(*pair) for pair in pairs]
        for number, row in enumerate(rows):
            at = _pointer(context, builder, (grid_type, grid, PLACE(number), first), vector)
            builder.store(row, at, align=4)
        return context.get_dummy_value()

    return types.void(data, starts, types.uint64, grid), generate


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


@numba.njit(cache=True, inline="always")
def columns(data: Bytes, starts: Codes, first: int, grid: Codes) -> None:
    """`grid[k, i]` becomes the k-th four bytes from `data[starts[i]]`, for WORDS numbers k, and as many i from `first`."""
    for row in range(first, first + U64(WORDS)):
        _ = data[starts[U64(row)] + U64(4 * WORDS - 1)], grid[WORDS - 1, U64(row)]
    _columns(data, starts, first, grid)
