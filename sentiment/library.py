"""The kernel as libraries, made when an image is built (see `library_build`): to load them, Python needs no numba.

There is one for each level of processors, and a process loads the fastest one that its machine can run.
"""

from __future__ import annotations

import ctypes
import hashlib
import platform
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sentiment.errors import SettingError

HERE = Path(__file__).parent
GENERIC = "generic"  # any processor of this architecture
LEVELS = ("x86-64-v4", "x86-64-v3", GENERIC) if platform.machine() == "x86_64" else (GENERIC,)  # the fastest first
LOOKS = (2, 33)  # the version of glibc since which it refuses what the processor can't run
NAMES = ("score", "walk")
MADE_FROM = "made_from"  # the symbol of the sources' fingerprint
SOURCES = tuple(
    f"{name}.py"
    for name in (
        "textrule",
        "tables",
        "compiled",
        "vectors",
        "strings",
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
# Keeps Python's lock, which `strings.utf8` needs, and raises the error that it sets. Giving the lock up and taking it
# back would also make a single answer slower in a server of several threads.
PROTOTYPE = ctypes.PYFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)

Function = Callable[[Any, int, int, Any], int]  # see `entries.score_pointers` and `entries.walk_pointers`


class Library(NamedTuple):
    path: Path
    functions: Mapping[str, Function]


def fingerprint() -> str:
    """A checksum of the sources that are compiled."""
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in SOURCES)).hexdigest()


def path_of(level: str) -> Path:
    return HERE / f"libkernel-{level}.so"


def made() -> list[Path]:
    """The libraries that are there, the fastest first; where the loader does not look at levels, that of none."""
    name, version = platform.libc_ver()
    looks = name == "glibc" and tuple(map(int, version.split(".")[:2])) >= LOOKS
    return [path for level in LEVELS if (looks or level == GENERIC) and (path := path_of(level)).exists()]


def load(paths: Sequence[Path]) -> Library:
    """The first of these that this machine can run.

    The first bytes of each say which level it needs, and the system's loader refuses it before any of it runs.
    SettingError if all are refused, or if it was made from other sources.
    """
    way_out = "make them anew on this kind of machine (`sentiment models library`), or delete them and use numba"
    refused = []
    for path in paths:
        try:
            library = ctypes.PyDLL(str(path))
            made_from = (ctypes.c_char * 64).in_dll(library, MADE_FROM).value.decode()
        except (OSError, ValueError) as error:
            refused.append(f"{path} is no kernel for this machine ({error})")
            continue
        if made_from != fingerprint():
            raise SettingError(f"{path} was made from other sources than those beside it: {way_out}")
        return Library(path, {name: PROTOTYPE((name, library)) for name in NAMES})
    raise SettingError(f"{'; '.join(refused)}: {way_out}")
