"""Lanes written to memory without those that are not wanted, by whichever instructions the processor has for it."""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.codegen import get_host_cpu_features
from numba.extending import intrinsic

from sentiment.lanes import EIGHT, MASK, VECTOR, WIDTH, lanes
from sentiment.vectors import BIT, BYTE, PLACE, WORD, address


@intrinsic
def pack(typing: Any, array: Any, at: Any, value: Any, bits: Any) -> Any:
    """Write the lanes whose bit is set from a place on, without gaps. Whatever the bits, WIDTH items may change."""

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        array, at, value, bits = arguments
        first = address((context, builder), (signature.args[0], array, at), WORD, WIDTH)
        PACKERS[packing()](builder, first, value, bits)
        return context.get_dummy_value()

    return types.void(array, types.uint64, lanes, types.uint64), emit


@intrinsic
def compresses(typing: Any) -> Any:
    """Whether packing is one instruction: known when the code is compiled, so what is not needed is left out."""
    return types.boolean(), lambda _, __, ___, ____: ir.Constant(BIT, packing() == "avx512f")


def _pack_by_compression(builder: ir.IRBuilder, first: ir.Value, value: ir.Value, bits: ir.Value) -> None:
    """With AVX-512, one instruction."""
    kind, name = ir.FunctionType(VECTOR, [VECTOR, MASK, VECTOR]), "llvm.experimental.vector.compress.v16i32"
    function = cgutils.get_or_insert_function(builder.module, kind, name)
    mask = builder.bitcast(builder.trunc(bits, ir.IntType(WIDTH)), MASK)
    packed = builder.call(function, [value, mask, ir.Constant(VECTOR, ir.Undefined)])
    builder.store(packed, builder.bitcast(first, VECTOR.as_pointer()), align=4)


def _pack_by_permutation(builder: ir.IRBuilder, first: ir.Value, value: ir.Value, bits: ir.Value) -> None:
    """With AVX2, eight lanes at a time, in an order that a table has for each of the 256 sets of bits."""
    octet = ir.VectorType(BYTE, 8)
    rows = [sorted(range(8), key=lambda lane: not bits >> lane & 1) for bits in range(256)]
    of = ir.ArrayType(octet, 256)
    table = cgutils.global_constant(
        builder.module, "packed_order", ir.Constant(of, [ir.Constant(octet, row) for row in rows])
    )
    permute = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(EIGHT, [EIGHT, EIGHT]), "llvm.x86.avx2.permd"
    )
    for part in range(0, WIDTH, 8):
        lanes_of_part = ir.Constant(EIGHT, [*range(part, part + 8)])
        eight, set_ = (
            builder.shuffle_vector(value, value, lanes_of_part),
            builder.and_(builder.lshr(bits, PLACE(part)), PLACE(255)),
        )
        order = builder.zext(builder.load(builder.gep(table, [WORD(0), set_])), EIGHT)
        builder.store(builder.call(permute, [eight, order]), builder.bitcast(first, EIGHT.as_pointer()), align=4)
        first = builder.gep(first, [builder.ctpop(set_)])


def _pack_one_by_one(builder: ir.IRBuilder, first: ir.Value, value: ir.Value, bits: ir.Value) -> None:
    for lane in range(WIDTH):
        builder.store(builder.extract_element(value, WORD(lane)), first)
        first = builder.gep(first, [builder.and_(builder.lshr(bits, PLACE(lane)), PLACE(1))])


PACKERS = {"avx512f": _pack_by_compression, "avx2": _pack_by_permutation, "": _pack_one_by_one}
LEVELS = {"x86-64-v4": ("avx512f", "avx2"), "x86-64-v3": ("avx2",)}


def packing() -> str:
    """The instructions to pack with, by what the processor that is compiled for has: the features that numba takes."""
    features = numba.config.CPU_FEATURES
    stated = (get_host_cpu_features() if features is None else features).split(",")
    if "-avx" in stated:
        return ""
    has = {*LEVELS.get(numba.config.CPU_NAME, ()), *(feature[1:] for feature in stated if feature.startswith("+"))}
    has -= {feature[1:] for feature in stated if feature.startswith("-")}
    return next(kind for kind in PACKERS if kind in has or not kind)
