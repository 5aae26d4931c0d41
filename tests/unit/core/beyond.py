"""Whether an instruction is refused beyond an array, with numba's bounds checking on, which is chosen at a start."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import numba, numpy as np
from sentiment.lanes import *
from sentiment.packing import pack
from sentiment.vectors import *
U8, U32, U64 = np.uint8, np.uint32, np.uint64
@numba.njit
def beyond(words, octets):
    {call}
try:
    beyond(np.zeros(16, np.uint32), np.zeros(64, np.uint8))
except IndexError:
    print("refused")
"""


def assert_refused(call: str) -> None:
    """`call` has `words`, 16 numbers of 32 bits, and `octets`, 64 bytes."""
    command, environment = [sys.executable, "-c", PROGRAM.format(call=call)], os.environ | {"NUMBA_BOUNDSCHECK": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "refused\n", done.stderr
