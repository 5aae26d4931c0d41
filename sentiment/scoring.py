"""A model, bound to the compiled kernel: a library beside this file if there is one, as in an image, else numba's."""

from __future__ import annotations

import ctypes
import functools
import threading
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sentiment import library
from sentiment.errors import SettingError
from sentiment.tables import Bytes, Codes, Counts, Floats, Tables, layout

PIECE = 2048  # texts that are scored in one call, which Python's lock is held for
OWN_BYTES = 16_384  # of a text that a thread has room for at any time


@functools.cache
def kernel() -> Mapping[str, library.Function]:
    """Its functions by name, loaded or compiled once for the process. SettingError if neither can be done."""
    if libraries := library.made():
        return library.load(libraries).functions
    try:
        from sentiment.entries import entries
    except ModuleNotFoundError as error:
        lacking = library.path_of(library.GENERIC)
        raise SettingError(f"there is neither {lacking} nor {error.name}: install numba") from error

    return {name: library.PROTOTYPE(entry.address) for name, entry in entries(library.fingerprint()).items()}


class Room:
    """The memory that the kernel reads and writes beside a model: for PIECE texts, the longest of so many bytes."""

    def __init__(self, tables: Tables, longest: int) -> None:
        self.longest = longest
        self.layout = layout(longest, tables.max_order, len(tables.coefficients))
        self.strings = np.full(PIECE, None, object)
        self.results = np.empty(2 * PIECE)
        self.work = np.empty(self.layout.end // 2 + 1, np.uint64)
        self._begins, self._ends = np.empty(PIECE, np.uint64), np.empty(PIECE, np.uint64)
        arrays: tuple[npt.NDArray[Any], ...] = (self.strings, self._begins, self._ends, self.results, self.work)
        self._addresses = (ctypes.c_void_p * (len(arrays) + 1))(*(array.ctypes.data for array in arrays), None)

    def call(self, function: library.Function, texts: Sequence[str], model: ctypes.Array[ctypes.c_void_p]) -> int:
        """What the function returns for PIECE texts at most: see `entries`. UnicodeEncodeError for a lone surrogate."""
        count = len(texts)
        self.strings[:count] = texts
        try:
            return function(self._addresses, count, self.longest, model)
        finally:
            self.strings[:count] = None


class OwnRoom(threading.local):
    """A room for each thread, because making one takes as long as scoring a text."""

    def __init__(self, tables: Tables) -> None:
        self.room = Room(tables, OWN_BYTES)


class Walk(NamedTuple):
    """A text's folded tokens and their starts (see `tokens.tokenise`), its terms' buckets (see `hashing.hash_terms`)
    and the places of these buckets' coefficients, -1 where there is none."""

    folded: Bytes
    starts: Codes
    buckets: Codes
    ranks: npt.NDArray[np.int32]


class Scorer:
    """Scores and walks texts, UTF-8 of less than 2**30 bytes and 2**31 terms. Safe to share between threads.

    They are read where Python keeps them: ASCII is its own UTF-8; another string keeps it once it was asked for.
    """

    def __init__(self, tables: Tables, functions: Mapping[str, library.Function] | None = None) -> None:
        self.tables = tables
        functions = functions or kernel()
        self._score, self._walk = functions["score"], functions["walk"]
        arrays: tuple[npt.NDArray[Any], ...] = tables[:-2]
        self._sizes = np.array([*map(len, arrays), tables.row_bits, tables.max_order], np.int64)
        addresses = [array.ctypes.data for array in (self._sizes, *arrays)]
        self._model = (ctypes.c_void_p * len(addresses))(*addresses)
        self._own = OwnRoom(tables)

    def __reduce__(self) -> tuple[type[Scorer], tuple[Tables]]:
        return Scorer, (self.tables,)  # by the kernel that is there: addresses mean nothing elsewhere

    def score(self, texts: Iterable[str]) -> tuple[Floats, Counts]:
        """Margins, shape (texts,), and (distinct, kept) buckets, shape (texts, 2)."""
        rest = iter(texts)
        scored = [self._score_piece([*islice(rest, PIECE)])]
        while piece := [*islice(rest, PIECE)]:
            scored.append(self._score_piece(piece))
        if len(scored) == 1:
            return scored[0]
        margins, counts = zip(*scored, strict=True)
        return np.concatenate(margins), np.concatenate(counts)

    def walk(self, text: str) -> Walk:
        """What a text consists of."""
        room, tokens = self._call(self._walk, [text])
        terms = sum(max(tokens - order, 0) for order in range(self.tables.max_order))
        at, codes = room.layout, room.work.view(np.uint32)
        starts = codes[at.starts :][: tokens + 1].copy()
        folded = codes[at.out :].view(np.uint8)[: starts[-1]].copy()
        ranks = codes[at.spots :][:terms].view(np.int32).copy()
        return Walk(folded, starts, codes[at.buckets :][:terms].copy(), ranks)

    def _score_piece(self, texts: Sequence[str]) -> tuple[Floats, Counts]:
        """The same for PIECE texts at most."""
        count = len(texts)
        room, _ = self._call(self._score, texts)
        results = room.results[: 2 * count].copy()
        return results[:count], results[count:].view(np.int32).reshape(count, 2)

    def _call(self, function: library.Function, texts: Sequence[str]) -> tuple[Room, int]:
        """Where a function has left what it says of these texts, and what it returns.

        That is the thread's own room, or for a text that does not fit into that one, one that is gone afterwards.
        """
        room = self._own.room
        done = room.call(function, texts, self._model)
        if done < 0:
            room = Room(self.tables, -done)
            done = room.call(function, texts, self._model)
        return room, done
