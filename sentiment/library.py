"""The kernel as a library, made when an image is built (see `library_build`): it needs neither numba nor LLVM."""

from __future__ import annotations

import ctypes
import hashlib
from pathlib import Path
from typing import Any

from sentiment.errors import SettingError

HERE = Path(__file__).parent
PATH = HERE / "libkernel.so"
NAMES = ("score", "walk")
MADE_FROM = "made_from"  # the symbol of the sources' fingerprint
SOURCES = tuple(
    f"{name}.py"
    for name in (
        "textrule",
        "tables",
        "compiled",
        "vectors",
        "lanes",
        "packing",
        "codepoints",
        "tokens",
        "hashing",
        "lookup",
        "kernel",
        "entries",
    )
)
# Keeps Python's lock: giving it up and taking it back makes a single answer slower in a server of several threads.
PROTOTYPE = ctypes.PYFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)


def fingerprint() -> str:
    """A checksum of the sources that are compiled."""
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in SOURCES)).hexdigest()


def load(path: Path) -> dict[str, Any]:
    """The library's functions, by name.

    SettingError if it was made from other sources or for a newer processor: its first bytes say which one it needs,
    and the system's loader refuses it before any of it runs.
    """
    way_out = "make it anew for this kind of machine (`sentiment models library`), or delete it and use numba"
    try:
        library = ctypes.PyDLL(str(path))
        made_from = (ctypes.c_char * 64).in_dll(library, MADE_FROM).value.decode()
    except (OSError, ValueError) as error:
        raise SettingError(f"{path} is no kernel for this machine ({error}): {way_out}") from error
    if made_from != fingerprint():
        raise SettingError(f"{path} was made from other sources than those beside it: {way_out}")
    return {name: PROTOTYPE((name, library)) for name in NAMES}
