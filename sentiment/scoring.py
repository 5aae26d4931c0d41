"""A model, bound to the compiled kernel: the library beside this file if there is one, as in an image, else numba's."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment import library
from sentiment.errors import SettingError
from sentiment.tables import Bits, Bytes, Codes, Counts, Floats, Offsets, Tables, layout

Function = Callable[[Any, int, int, Any], int]  # see `entries.score_pointers` and `entries.walk_pointers`


@functools.cache
def kernel() -> Mapping[str, Function]:
    """Its functions by name, loaded or compiled once for the process. SettingError if neither can be done."""
    if library.PATH.exists():
        return library.load(library.PATH)
    try:
        from sentiment.entries import entries
    except ModuleNotFoundError as error:
        raise SettingError(f"there is neither {library.PATH} nor {error.name}: install numba") from error

    return {name: library.PROTOTYPE(entry.address) for name, entry in entries().items()}


class Scorer:
    """Scores and walks texts, given as UTF-8 of less than 2**30 bytes. Safe to share between threads."""

    def __init__(self, tables: Tables, functions: Mapping[str, Function] | None = None) -> None:
        self.tables = tables
        self._functions = functions or kernel()
        arrays: tuple[npt.NDArray[Any], ...] = tables[:-1]
        self._sizes = np.array([*map(len, arrays), tables.max_order], np.int64)
        addresses = [array.ctypes.data for array in (self._sizes, *arrays)]
        self._model = (ctypes.c_void_p * len(addresses))(*addresses)

    def __reduce__(self) -> tuple[type[Scorer], tuple[Tables]]:
        return Scorer, (self.tables,)  # addresses mean nothing elsewhere

    def score(self, texts: Sequence[bytes]) -> tuple[Floats, Counts]:
        """Margins, shape (texts,), and (distinct, kept) buckets, shape (texts, 2)."""
        lengths = [*map(len, texts)]
        count, longest = len(lengths), max(lengths, default=0)
        offsets = np.array([*accumulate(lengths, initial=0)], np.int64)
        results = np.empty(2 * count + 1)
        self._run("score", (count, longest), b"".join(texts), (offsets, results, self._memory(longest)))
        return results[:count], results[count:-1].view(np.int32).reshape(count, 2)

    def walk(self, text: bytes) -> tuple[Bytes, Codes, Codes]:
        """A text's folded tokens, their starts (see `tokens.tokenise`) and its terms' buckets (`hash_terms`)."""
        memory, size, max_order = self._memory(len(text)), len(text), self.tables.max_order
        tokens = self._run("walk", (1, size), text, (memory,))
        terms = sum(max(tokens - order, 0) for order in range(max_order))
        at, codes = layout(size, max_order, len(self.tables.coefficients)), memory.view(np.uint32)
        return codes[at.out :].view(np.uint8), codes[at.starts :][: tokens + 1], codes[at.buckets :][:terms]

    def ranks_of(self, buckets: Codes) -> Offsets:
        """The place of each bucket's coefficient, or -1 where it has none; same shape."""
        bits, before = self.tables.kept[buckets >> 6].T
        bit = np.uint64(1) << (buckets & 63).astype(np.uint64)
        ranks = (before + np.bitwise_count(bits & (bit - np.uint64(1)))).astype(np.int64)
        return np.where(bits & bit, ranks, -1)

    def _memory(self, longest: int) -> Bits:
        return np.empty(layout(longest, self.tables.max_order, len(self.tables.coefficients)).end // 2 + 1, np.uint64)

    def _run(self, name: str, sizes: tuple[int, int], data: bytes, arrays: Sequence[npt.NDArray[Any]]) -> int:
        """Call the kernel with (number of texts, bytes of the longest) and where data and arrays are."""
        addresses = [ctypes.addressof(ctypes.c_char.from_buffer(array.data)) for array in arrays]
        batch = (ctypes.c_char_p * (1 + len(arrays)))(data, *addresses)  # type: ignore[misc]  # it takes addresses too
        return self._functions[name](batch, *sizes, self._model)
