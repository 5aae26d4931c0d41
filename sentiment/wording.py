"""How numbers of things are told, whichever command tells them."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def in_short(positive: int, negative: int, needs_review: int, bad_rows: int) -> str:
    """What came of a file's rows, in two lines."""
    need = "needs" if needs_review == 1 else "need"
    return (
        f"{counted(positive + negative, 'row')} classified: {positive:,} positive, {negative:,} negative\n"
        f"{needs_review:,} of them {need} review; {counted(bad_rows, 'row')} could not be classified"
    )
