"""The one thing that compiled code asks of Python: where it keeps a string's UTF-8."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from sentiment.vectors import PLACE, address

FUNCTION = "PyUnicode_AsUTF8AndSize"  # of Python's stable interface


@intrinsic
def utf8(typing: Any, string: Any, sizes: Any, place: Any) -> Any:
    """Where Python keeps the UTF-8 of the string at an address; how many bytes that is, it writes to `sizes[place]`.

    0 with Python's error set if there is none, as for a lone surrogate. Python's lock must be held.
    """

    def emit(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        string, sizes, place = arguments
        size = address((context, builder), (signature.args[1], sizes, place), PLACE)
        kind = ir.FunctionType(PLACE, [PLACE, size.type])
        function = cgutils.get_or_insert_function(builder.module, kind, FUNCTION)
        return builder.call(function, [string, size])

    return types.uint64(types.uint64, sizes, types.uint64), emit
