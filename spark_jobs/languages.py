"""Which buckets speak which language: a linear model is told languages apart by its terms, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs.columns import LABEL, LANGUAGE
from spark_jobs.frequencies import Buckets, Counts, Floats

ALL, OTHER = "all", "other"
LEAST = 200  # rows of each class that a language must have to be told apart
MARKERS = 20


class Languages(NamedTuple):
    """The languages that are calibrated by themselves: two or more, or `all` as the only one.

    `shares`, shape (languages, buckets), is how likely each of `buckets`, ascending, is to be met in a text of each
    language, relative to the others; the shares of a bucket add up to 1. Rare buckets are left out: they have no
    coefficient. `markers` are the buckets that tell a language: the function words.
    """

    names: tuple[str, ...]
    buckets: Buckets
    shares: Floats
    markers: tuple[Buckets, ...]


def told_apart(frame: DataFrame) -> dict[str, int]:
    """The languages, by name, that rows of (language, label) hold enough of, and how many rows; none if only one."""
    counts = frame.groupBy(LANGUAGE).agg(F.sum(LABEL).alias("positive"), F.count("*").alias("rows")).collect()
    rows = {
        row[LANGUAGE]: row["rows"]
        for row in counts
        if row[LANGUAGE] != OTHER and min(row["positive"], row["rows"] - row["positive"]) >= LEAST
    }
    return dict(sorted(rows.items())) if len(rows) > 1 else {}


def languages_of(rows: Mapping[str, int], counts: Counts) -> Languages:
    """The languages, given the rows of each and their counts."""
    if not rows:
        none = np.empty(0, np.uint32)
        return Languages((ALL,), none, np.ones((1, 0)), (none,))
    met = counts.by_language.any(0)
    rates = counts.by_language[:, met] / np.array([[size] for size in rows.values()])
    markers = tuple(counts.buckets[met][_markers(rates, place)] for place in range(len(rows)))
    return Languages(tuple(rows), counts.buckets[met], rates / rates.sum(0), markers)


def _markers(rates: Floats, place: int) -> npt.NDArray[np.int64]:
    """The places, ascending, of the buckets that most of the language's texts have and few of any other's."""
    lead = rates[place] - np.delete(rates, place, axis=0).max(0)
    return np.sort(np.argpartition(-lead, MARKERS)[:MARKERS])
