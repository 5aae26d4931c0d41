"""Sixteen 32-bit numbers as one value: a type that numba lacks, and that LLVM has for every processor.

`+ - * ^ & | << >>` work on all sixteen at once; one side may be a single number. Where the processor has AVX-512, each
is one instruction. NUMBA_BOUNDSCHECK holds for what reads or writes an array.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

from sentiment.vectors import BIT, BYTE, PLACE, WORD, address

WIDTH = 16
COLUMNS = 6  # see `columns`

Emit = tuple[Any, ir.IRBuilder]

VECTOR, MASK = ir.VectorType(WORD, WIDTH), ir.VectorType(BIT, WIDTH)
EIGHT = ir.VectorType(WORD, 8)


class LanesType(types.Type):
    """The type of such a value."""

    def __init__(self) -> None:
        super().__init__("lanes")


lanes = LanesType()


@register_model(LanesType)
class LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, of: LanesType) -> None:
        super().__init__(manager, of, VECTOR)


def _every(builder: ir.IRBuilder, value: ir.Value, of: ir.VectorType = VECTOR) -> ir.Value:
    """A vector of one value."""
    first = builder.insert_element(ir.Constant(of, ir.Undefined), value, WORD(0))
    return builder.shuffle_vector(first, first, ir.Constant(VECTOR, [0] * WIDTH))


def _as_vector(builder: ir.IRBuilder, value: ir.Value) -> ir.Value:
    return value if isinstance(value.type, ir.VectorType) else _every(builder, value)


def _operator(symbol: Any, instruction: str) -> None:
    word = types.uint32
    template = type("LanesTemplate", (ConcreteTemplate,), {})
    template.cases = [signature(lanes, *sides) for sides in ((lanes, lanes), (lanes, word), (word, lanes))]
    infer_global(symbol)(template)

    def lower(context: Any, builder: ir.IRBuilder, signature: Any, sides: Any) -> ir.Value:
        return getattr(builder, instruction)(*(_as_vector(builder, side) for side in sides))

    for case in template.cases:
        lower_builtin(symbol, *case.args)(lower)


for _symbol, _instruction in (
    (operator.add, "add"),
    (operator.sub, "sub"),
    (operator.mul, "mul"),
    (operator.xor, "xor"),
    (operator.and_, "and_"),
    (operator.or_, "or_"),
    (operator.lshift, "shl"),
    (operator.rshift, "lshr"),
):
    _operator(_symbol, _instruction)


@intrinsic
def narrow(typing: Any, value: Any) -> Any:
    """A number's lower 32 bits; lanes as they are. Numba makes 64 bits of what is worked out of 32."""
    if value == lanes:
        return lanes(lanes), lambda _, __, ___, values: values[0]
    return types.uint32(types.uint64), lambda _, builder, __, values: builder.trunc(values[0], WORD)


@intrinsic
def rotate(typing: Any, value: Any, by: Any) -> Any:
    """The bits of a number of 32, or of lanes, moved to the left; those that fall out come in at the right.

    Written with shifts, LLVM would merge one of them into a multiplication before it, and multiply twice.
    """

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        value, by = arguments
        kind, name = (VECTOR, "v16i32") if signature.args[0] == lanes else (WORD, "i32")
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(kind, [kind, kind, kind]), f"llvm.fshl.{name}"
        )
        return builder.call(function, [value, value, _every(builder, by) if kind == VECTOR else by])

    kind = lanes if value == lanes else types.uint32
    return kind(kind, types.uint32), emit


@intrinsic
def every(typing: Any, word: Any) -> Any:
    """That number in every lane."""
    return lanes(types.uint32), lambda _, builder, __, words: _every(builder, words[0])


@intrinsic
def count_from(typing: Any, word: Any) -> Any:
    """That number in the first lane, and one more in each of the others."""

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        return builder.add(_every(builder, arguments[0]), ir.Constant(VECTOR, [*range(WIDTH)]))

    return lanes(types.uint32), emit


@intrinsic
def put(typing: Any, value: Any, lane: Any, word: Any) -> Any:
    """The same, with that number in one of the lanes."""
    return lanes(lanes, types.uint64, types.uint32), lambda _, builder, __, values: builder.insert_element(
        values[0], values[2], builder.trunc(values[1], WORD)
    )


@intrinsic
def choose(typing: Any, value: Any, word: Any, those: Any, others: Any) -> Any:
    """Of `those` where a lane is that number, else of `others`."""

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        value, word, those, others = arguments
        return builder.select(builder.icmp_unsigned("==", value, _every(builder, word)), those, others)

    return lanes(lanes, types.uint32, lanes, lanes), emit


@intrinsic
def above(typing: Any, value: Any, word: Any) -> Any:
    """A bit for each lane: whether it is more than that number."""

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        value, word = arguments
        more = builder.icmp_unsigned(">", value, _every(builder, word))
        return builder.zext(builder.bitcast(more, ir.IntType(WIDTH)), PLACE)

    return types.uint64(lanes, types.uint32), emit


@intrinsic
def load(typing: Any, array: Any, at: Any) -> Any:
    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        array, at = arguments
        return builder.load(address((context, builder), (signature.args[0], array, at), VECTOR, WIDTH), align=4)

    return lanes(array, types.uint64), emit


@intrinsic
def store(typing: Any, array: Any, at: Any, value: Any) -> Any:
    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        array, at, value = arguments
        builder.store(value, address((context, builder), (signature.args[0], array, at), VECTOR, WIDTH), align=4)
        return context.get_dummy_value()

    return types.void(array, types.uint64, lanes), emit


@intrinsic
def gather(typing: Any, array: Any, places: Any) -> Any:
    """Four bytes from each of these places on: an item, or that many items of one byte."""

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        of = signature.args[0]
        pointers = _pointers((context, builder), of, arguments, 32 // of.dtype.bitwidth)
        kind = ir.FunctionType(VECTOR, [pointers.type, WORD, MASK, VECTOR])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.masked.gather.v16i32.v16p0")
        all_of_them, none = ir.Constant(MASK, [1] * WIDTH), ir.Constant(VECTOR, ir.Undefined)
        return builder.call(function, [pointers, WORD(of.dtype.bitwidth // 8), all_of_them, none])

    return lanes(array, lanes), emit


@intrinsic
def scatter(typing: Any, array: Any, places: Any, value: Any) -> Any:
    """Write each lane to its place; of lanes with the same place, the last one stays."""

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        array, places, value = arguments
        pointers = _pointers((context, builder), signature.args[0], (array, places), 1)
        kind = ir.FunctionType(ir.VoidType(), [VECTOR, pointers.type, WORD, MASK])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.masked.scatter.v16i32.v16p0")
        builder.call(function, [value, pointers, WORD(4), ir.Constant(MASK, [1] * WIDTH)])
        return context.get_dummy_value()

    return types.void(array, lanes, lanes), emit


@intrinsic
def columns(typing: Any, data: Any, starts: Any, first: Any) -> Any:
    """COLUMNS lanes: the k-th are the k-th four bytes from `data[starts[first + i]]` on. 32 bytes of each are read."""

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        (data_type, starts_type, _), (data, starts, first) = signature.args, arguments
        emitting = context, builder
        rows = []
        for row in range(WIDTH):
            place = builder.add(first, PLACE(row))
            start = builder.zext(builder.load(address(emitting, (starts_type, starts, place), WORD)), PLACE)
            rows.append(builder.load(address(emitting, (data_type, data, start), EIGHT, 32), align=1))
        both = ir.Constant(VECTOR, [*range(WIDTH)])
        pairs = [builder.shuffle_vector(low, high, both) for low, high in zip(rows[:8], rows[8:], strict=True)]
        return context.make_tuple(builder, signature.return_type, _transposed(builder, pairs)[:COLUMNS])

    return types.UniTuple(lanes, COLUMNS)(data, starts, types.uint64), emit


def _transposed(builder: ir.IRBuilder, rows: list[ir.Value]) -> list[ir.Value]:
    """Both halves of eight vectors, transposed: of each two, swap what lies off the diagonal: lanes, twos, fours."""
    for apart in (1, 2, 4):
        order = [lane if not lane & apart else WIDTH + lane - apart for lane in range(WIDTH)]
        masks = [ir.Constant(VECTOR, [lane + more for lane in order]) for more in (0, apart)]
        pairs = [(rows[i & ~apart], rows[i | apart], masks[bool(i & apart)]) for i in range(8)]
        rows = [builder.shuffle_vector(*pair) for pair in pairs]
    return rows


def _pointers(emitting: Emit, of: types.Array, array_and_places: Iterable[ir.Value], items: int) -> ir.Value:
    """The addresses of an array's places, below 2**31, at each of which there must be so many items."""
    context, builder = emitting
    array, places = array_and_places
    if context.enable_boundscheck:
        for lane in range(WIDTH):
            place = builder.sext(builder.extract_element(places, WORD(lane)), PLACE)
            address(emitting, (of, array, place), BYTE, items)
    header = context.make_array(of)(context, builder, array)
    base = _every(builder, header.data, ir.VectorType(ir.PointerType(), WIDTH))
    return builder.gep(base, [places], source_etype=context.get_data_type(of.dtype))
