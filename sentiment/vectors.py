"""The few instructions that numba has no word for: compare 64 bytes, move 16, transpose, count bits, fetch ahead.

They are written in LLVM's terms, so every processor has them, as the widest instructions it knows. NUMBA_BOUNDSCHECK
holds for them as for numba's own: both ends of what they read or write are checked.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from sentiment.tables import LANES, WORDS

MOVED = 16  # bytes

BIT, BYTE, WORD, PLACE = (ir.IntType(bits) for bits in (1, 8, 32, 64))


def _address(emit: tuple[Any, ir.IRBuilder], array: tuple[Any, ...], to: ir.Type, items: int = 1) -> ir.Value:
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
    """Have the processor fetch an array's row, or its item, while it goes on: nothing else depends on it."""

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        array, place = arguments
        header = context.make_array(signature.args[0])(context, builder, array)
        step = cgutils.unpack_tuple(builder, header.strides)[0]
        first = builder.bitcast(header.data, BYTE.as_pointer())
        address = builder.gep(first, [builder.mul(place, step)])
        kind = ir.FunctionType(ir.VoidType(), [address.type, WORD, WORD, WORD])
        function = builder.module.declare_intrinsic("llvm.prefetch", [address.type], kind)
        builder.call(function, [address, WORD(0), WORD(3), WORD(1)])  # to read, into all caches, data
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

        address = _address((context, builder), (signature.args[0], data, at), vector, LANES)
        distance = builder.sub(builder.load(address, align=1), in_all(low))
        return builder.bitcast(builder.icmp_unsigned("<=", distance, in_all(span)), ir.IntType(LANES))

    return types.uint64(data, types.uint64, types.uint8, types.uint8), emit


@intrinsic
def move(typing: Any, source: Any, at: Any, target: Any, to: Any) -> Any:
    """Copy MOVED bytes."""

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        source, at, target, to = arguments
        vector = ir.VectorType(BYTE, MOVED)
        read = _address((context, builder), (signature.args[0], source, at), vector, MOVED)
        written = _address((context, builder), (signature.args[2], target, to), vector, MOVED)
        builder.store(builder.load(read, align=1), written, align=1)
        return context.get_dummy_value()

    return types.void(source, types.uint64, target, types.uint64), emit


@intrinsic
def bits_from(typing: Any, words: Any, place: Any) -> Any:
    """The bits of an array of 64-bit words from any place on: 57 of them at least, then zeros.

    The array must have a word more than the one that the place is in.
    """

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        words, place = arguments
        word = builder.lshr(place, PLACE(6))
        byte = builder.and_(builder.lshr(place, PLACE(3)), PLACE(7))
        first = _address((context, builder), (signature.args[0], words, word), BYTE, 2)
        address = builder.bitcast(builder.gep(first, [byte]), PLACE.as_pointer())
        return builder.lshr(builder.load(address, align=1), builder.and_(place, PLACE(7)))

    return types.uint64(words, types.uint64), emit


@intrinsic
def columns(typing: Any, data: Any, starts: Any, first: Any, grid: Any) -> Any:
    """`grid[k, i]` becomes the k-th four bytes from `data[starts[i]]`: WORDS numbers k, and as many i from `first`."""

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        (data_type, starts_type, _, grid_type), (data, starts, first, grid) = signature.args, arguments
        emitting, vector = (context, builder), ir.VectorType(WORD, WORDS)
        rows = []
        for row in range(WORDS):
            place = builder.add(first, PLACE(row))
            start = builder.zext(builder.load(_address(emitting, (starts_type, starts, place), WORD)), PLACE)
            address = _address(emitting, (data_type, data, start), vector, 4 * WORDS)
            rows.append(builder.load(address, align=1))
        for apart in (1, 2, 4):  # of each two rows, swap what lies off the diagonal: lanes, then twos, then fours
            lanes = [lane if not lane & apart else WORDS + lane - apart for lane in range(WORDS)]
            masks = [ir.Constant(vector, [lane + more for lane in lanes]) for more in (0, apart)]
            pairs = [(rows[i & ~apart], rows[i | apart], masks[bool(i & apart)]) for i in range(WORDS)]
            rows = [builder.shuffle_vector(*pair) for pair in pairs]
        for number, row in enumerate(rows):
            builder.store(row, _address(emitting, (grid_type, grid, PLACE(number), first), vector, WORDS), align=4)
        return context.get_dummy_value()

    return types.void(data, starts, types.uint64, grid), emit
