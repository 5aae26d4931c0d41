"""What was measured of one contestant, and how two contestants compare."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

Figures: TypeAlias = dict[str, float]  # unit -> value: {"reviews/s": 61_000.0} or {"p50 ms": 2.1, "p99 ms": 4.8}
Measure: TypeAlias = Callable[[], Figures]


class Series(NamedTuple):
    """A contestant's figures, round by round; or the error that put it out."""

    name: str
    rounds: tuple[Figures, ...] = ()
    error: str | None = None

    @property
    def units(self) -> list[str]:
        return list(self.rounds[0]) if self.rounds else []

    def values(self, unit: str) -> list[float]:
        return [figures[unit] for figures in self.rounds]

    def median(self, unit: str) -> float:
        return statistics.median(self.values(unit))

    def followed_by(self, measure: Measure) -> Series:
        """This and one more round; what has failed stays as it is."""
        if self.error:
            return self
        try:
            return self._replace(rounds=(*self.rounds, measure()))
        except Exception as error:  # noqa: BLE001 - whatever a peer's library raises belongs into that peer's row
            return Series(self.name, error=f"{type(error).__name__}: {error}")


def ratio(above: Series, below: Series, unit: str) -> float:
    """The median, over the rounds, of one's value divided by the other's in the same round; nan if one failed."""
    if above.error or below.error:
        return float("nan")
    pairs = zip(above.values(unit), below.values(unit), strict=True)
    return statistics.median(first / second for first, second in pairs)
