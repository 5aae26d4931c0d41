"""Reading what was answered: for `consume`, the demo and whoever shows the live stream. Committed records only."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import closing

from sentiment.errors import ServiceError
from streaming.brokers.seam import Cluster, Record

POLL_SECONDS = 0.25
STALLED_SECONDS = 10.0  # of silence, where there is more to read


def follow(
    cluster: Cluster, topics: Sequence[str], *, from_beginning: bool, idle_seconds: float | None = None
) -> Generator[Record]:
    """The records of all partitions as they come; ends after `idle_seconds` without one, or never.

    It does not end before all is read that was there at its start: ServiceError where nothing more of that comes.

    The starting point is fixed when the first record is asked for.
    """
    with closing(cluster.read(topics, from_beginning=from_beginning)) as reader:
        quiet_since = time.monotonic()
        while True:
            records = reader.poll(POLL_SECONDS)
            yield from records
            if records:
                quiet_since = time.monotonic()
            elif idle_seconds is not None and (quiet := time.monotonic() - quiet_since) >= idle_seconds:
                if not (ahead := reader.ahead()):
                    return
                _refuse_to_stall(topics, quiet, ahead)


def stored(cluster: Cluster, topics: Sequence[str]) -> Generator[Record]:
    """The records that are there now, the oldest of each partition first; ServiceError where they do not all come."""
    with closing(cluster.read(topics, from_beginning=True)) as reader:
        quiet_since = time.monotonic()
        while ahead := reader.ahead():
            records = reader.poll(POLL_SECONDS)
            yield from records
            if records:
                quiet_since = time.monotonic()
            _refuse_to_stall(topics, time.monotonic() - quiet_since, ahead)


def _refuse_to_stall(topics: Sequence[str], quiet: float, ahead: int) -> None:
    if quiet >= STALLED_SECONDS:
        raise ServiceError(
            f"reading {', '.join(topics)} stopped short: nothing has arrived for {quiet:.0f} s, and up to "
            f"{ahead:,} records are still to be read; check the broker"
        )
