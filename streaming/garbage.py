"""Python's cyclic garbage collector in a worker of the stream."""

from __future__ import annotations

import gc

ALLOCATIONS = 20_000  # before it looks at what is new: about what a batch of the stream holds at once


def freeze() -> None:
    """Leave what is there now out of every later collection: call it once a worker has loaded all that it keeps.

    Libraries and a model are some hundred thousand objects, and the collector would walk through all of them again for
    every few thousand records. docs/decisions/0034 has the figures.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, *gc.get_threshold()[1:])
