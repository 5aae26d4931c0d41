"""How the kernel's functions are compiled: without numba's counting of references.

Their arrays belong to their caller, so there is nothing to count, but numba would do so whenever one is taken out of a
tuple, and LLVM can't always see that it is in vain. The option is private. With it, numba refuses to compile a function
that allocates, or that returns an array: so `entries`, which makes the arrays, goes without it.
"""

from __future__ import annotations

import functools

import numba

compiled = functools.partial(numba.njit, _nrt=False)
