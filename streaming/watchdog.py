"""A worker that is stuck ends, so that whoever supervises it starts it again."""

from __future__ import annotations

import faulthandler
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# More than the longest turn that can still be committed: a minute to answer, after which the broker ends the
# transaction, and half a minute for each of a commit's three steps. After as long without a poll, Kafka itself counts
# a member as lost (max.poll.interval.ms).
STUCK_SECONDS = 300.0
STANDARD_ERROR = 2


@contextmanager
def watching() -> Iterator[Callable[[], None]]:
    """Gives what is to be called at each turn. STUCK_SECONDS after the last call, or the start, the process ends with
    1, having written the stacks of its threads to standard error. What watches needs no lock of the interpreter, which
    a client that is stuck may hold.
    """

    def turned() -> None:
        faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True, file=STANDARD_ERROR)

    turned()
    try:
        yield turned
    finally:
        faulthandler.cancel_dump_traceback_later()
