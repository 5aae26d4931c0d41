"""The collector, told of what stays."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from streaming import garbage


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


class Node:
    """An object that can be part of a cycle."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_there_is_left_alone_and_what_comes_later_is_collected() -> None:
    kept = Node()
    garbage.freeze()
    later = Node()
    gone = weakref.ref(later)
    del later
    gc.collect()
    assert gone() is None
    young = {id(each) for each in gc.get_objects()}
    assert id(kept) not in young  # get_objects() has no frozen ones
    assert gc.isenabled()


def test_cycles_go_without_being_asked_for() -> None:
    garbage.freeze()
    assert gc.get_threshold()[0] == garbage.ALLOCATIONS
    gone = weakref.ref(Node())
    kept = [[] for _ in range(2 * garbage.ALLOCATIONS)]
    assert gone() is None
    assert len(kept) == 2 * garbage.ALLOCATIONS
