"""The few instructions that numba has no word for: compare 64 bytes, move 16 or 64, count bits, fetch ahead.

They are written in LLVM's terms, so every processor has them, as the widest instructions it knows. NUMBA_BOUNDSCHECK
holds for them as for numba's own: both ends of what they read or write are checked.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from sentiment.tables import LANES

MOVED = 16  # bytes

BIT, BYTE, WORD, PLACE = (ir.IntType(bits) for bits in (1, 8, 32, 64))


def address(emit: tuple[Any, ir.IRBuilder], array: tuple[Any, ...], to: ir.Type, items: int = 1) -> ir.Value:
    """The address of `items` items of (an array's type, the array, a place in it...), as that of another type."""
    context, builder = emit
    of, value, *places, last = array
    header = context.make_array(of)(context, builder, value)
    for place in (builder.add(last, PLACE(items - 1)), last):
        item = cgutils.get_item_pointer(
            context, builder, of, header, [*places, place], boundscheck=context.enable_boundscheck
        )
    return builder.bitcast(item, to.as_pointer())


@intrinsic
def ones(typing: Any, word: Any) -> Any:
    """How many bits of 64 are set."""
    return types.uint64(types.uint64), lambda _, builder, __, words: builder.ctpop(words[0])


@intrinsic
def lowest(typing: Any, word: Any) -> Any:
    """The place of the lowest of 64 bits that is set; 64 if none is."""
    return types.uint64(types.uint64), lambda _, builder, __, words: builder.cttz(words[0], BIT(0))


@intrinsic
def prefetch(typing: Any, array: Any, place: Any) -> Any:
    """Have the processor fetch an item of an array while it goes on: nothing else depends on it."""

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        array, place = arguments
        header = context.make_array(signature.args[0])(context, builder, array)
        first = builder.bitcast(header.data, context.get_data_type(signature.args[0].dtype).as_pointer())
        item = builder.bitcast(builder.gep(first, [place]), BYTE.as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [item.type, WORD, WORD, WORD])
        function = builder.module.declare_intrinsic("llvm.prefetch", [item.type], kind)
        builder.call(function, [item, WORD(0), WORD(3), WORD(1)])  # to read, into all caches, data
        return context.get_dummy_value()

    return types.void(array, types.uint64), emit


@intrinsic
def within(typing: Any, data: Any, at: Any, low: Any, span: Any) -> Any:
    """A bit for each of LANES bytes from `at`: whether it is one of `low` to `low + span`."""

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        data, at, low, span = arguments
        vector, zeros = ir.VectorType(BYTE, LANES), ir.Constant(ir.VectorType(WORD, LANES), [0] * LANES)

        def in_all(byte: ir.Value) -> ir.Value:
            first = builder.insert_element(ir.Constant(vector, ir.Undefined), byte, WORD(0))
            return builder.shuffle_vector(first, first, zeros)

        first = address((context, builder), (signature.args[0], data, at), vector, LANES)
        distance = builder.sub(builder.load(first, align=1), in_all(low))
        return builder.bitcast(builder.icmp_unsigned("<=", distance, in_all(span)), ir.IntType(LANES))

    return types.uint64(data, types.uint64, types.uint8, types.uint8), emit


def _moving(size: int) -> Any:
    """What copies so many bytes."""

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        source, at, target, to = arguments
        vector = ir.VectorType(BYTE, size)
        read = address((context, builder), (signature.args[0], source, at), vector, size)
        written = address((context, builder), (signature.args[2], target, to), vector, size)
        builder.store(builder.load(read, align=1), written, align=1)
        return context.get_dummy_value()

    return emit


@intrinsic
def move(typing: Any, source: Any, at: Any, target: Any, to: Any) -> Any:
    """Copy MOVED bytes."""
    return types.void(source, types.uint64, target, types.uint64), _moving(MOVED)


@intrinsic
def move_wide(typing: Any, source: Any, at: Any, target: Any, to: Any) -> Any:
    """Copy LANES bytes."""
    return types.void(source, types.uint64, target, types.uint64), _moving(LANES)


@intrinsic
def bits_from(typing: Any, words: Any, place: Any) -> Any:
    """The bits of an array of 64-bit words from any place on: 57 of them at least, then zeros.

    The array must have a word more than the one that the place is in.
    """

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        words, place = arguments
        word = builder.lshr(place, PLACE(6))
        byte = builder.and_(builder.lshr(place, PLACE(3)), PLACE(7))
        first = address((context, builder), (signature.args[0], words, word), BYTE, 2)
        bits = builder.bitcast(builder.gep(first, [byte]), PLACE.as_pointer())
        return builder.lshr(builder.load(bits, align=1), builder.and_(place, PLACE(7)))

    return types.uint64(words, types.uint64), emit
