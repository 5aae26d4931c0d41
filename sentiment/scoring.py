"""A model, bound to the compiled kernel: a library beside this file if there is one, as in an image, else numba's."""

from __future__ import annotations

import ctypes
import functools
import threading
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, islice
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sentiment import library
from sentiment.errors import SettingError
from sentiment.tables import Bytes, Codes, Counts, Floats, Tables, layout

PIECE = 128  # texts that are scored together: what is made of them is still in a near cache when it is read
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
        self.offsets = np.zeros(PIECE + 1, np.int64)
        self.results = np.empty(2 * PIECE)
        self.work = np.empty(self.layout.end // 2 + 1, np.uint64)
        arrays = (self.offsets, self.results, self.work)
        self.addresses = (ctypes.c_char_p * 4)(None, *(array.ctypes.data for array in arrays))  # type: ignore[misc]


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
    """Scores and walks texts, UTF-8 of less than 2**30 bytes and 2**31 terms. Safe to share between threads."""

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

    def score(self, texts: Iterable[bytes]) -> tuple[Floats, Counts]:
        """Margins, shape (texts,), and (distinct, kept) buckets, shape (texts, 2)."""
        rest = iter(texts)
        scored = [self._score_piece([*islice(rest, PIECE)])]
        while piece := [*islice(rest, PIECE)]:
            scored.append(self._score_piece(piece))
        if len(scored) == 1:
            return scored[0]
        margins, counts = zip(*scored, strict=True)
        return np.concatenate(margins), np.concatenate(counts)

    def walk(self, text: bytes) -> Walk:
        """What a text consists of."""
        room = self._room(len(text))
        room.offsets[1] = len(text)
        room.addresses[0] = text
        tokens = self._walk(room.addresses, 1, room.longest, self._model)
        terms = sum(max(tokens - order, 0) for order in range(self.tables.max_order))
        at, codes = room.layout, room.work.view(np.uint32)
        starts = codes[at.starts :][: tokens + 1].copy()
        folded = codes[at.out :].view(np.uint8)[: starts[-1]].copy()
        ranks = codes[at.spots :][:terms].view(np.int32).copy()
        return Walk(folded, starts, codes[at.buckets :][:terms].copy(), ranks)

    def _score_piece(self, texts: Sequence[bytes]) -> tuple[Floats, Counts]:
        """The same for PIECE texts at most."""
        lengths = [*map(len, texts)]
        count = len(lengths)
        room = self._room(max(lengths, default=0))
        room.offsets[1 : count + 1] = [*accumulate(lengths)]
        room.addresses[0] = b"".join(texts)
        self._score(room.addresses, count, room.longest, self._model)
        results = room.results[: 2 * count].copy()
        return results[:count], results[count:].view(np.int32).reshape(count, 2)

    def _room(self, longest: int) -> Room:
        """The thread's own, or for a text that does not fit into that one that is gone afterwards."""
        return self._own.room if longest <= OWN_BYTES else Room(self.tables, longest)
