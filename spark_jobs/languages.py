"""Which buckets speak which language: a linear model is told languages apart by its terms, or not at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs.columns import LABEL, LANGUAGE
from spark_jobs.frequencies import Buckets, Floats, document_frequencies

ALL, OTHER = "all", "other"
LEAST = 200  # rows of each class that a language must have to be told apart
MARKERS = 20


class Languages(NamedTuple):
    """The languages that are calibrated by themselves: two or more, or `all` as the only one.

    `shares`, shape (languages, buckets), is how likely each of `buckets`, ascending, is to be met in a text of each
    language, relative to the others; the shares of a bucket add up to 1. Buckets of a single text are left out: they
    tell nothing. `markers` are the buckets that tell a language: the function words.
    """

    names: tuple[str, ...]
    buckets: Buckets
    shares: Floats
    markers: tuple[Buckets, ...]


def languages_of(frame: DataFrame) -> Languages:
    """The languages of rows of (language, label, counts)."""
    counts = frame.groupBy(LANGUAGE).agg(F.sum(LABEL).alias("positive"), F.count("*").alias("rows")).collect()
    rows = {
        row[LANGUAGE]: row["rows"] for row in counts if min(row["positive"], row["rows"] - row["positive"]) >= LEAST
    }
    names = tuple(sorted(rows.keys() - {OTHER}))
    none = np.empty(0, np.uint32)
    if len(names) < 2:
        return Languages((ALL,), none, np.ones((1, 0)), (none,))
    told = frame.where(F.col(LANGUAGE).isin(*names))
    found = document_frequencies(told, [F.col(LANGUAGE) == name for name in names], least=2)
    rates = found.rows / np.array([[rows[name]] for name in names])
    markers = tuple(found.buckets[_markers(rates, place)] for place in range(len(names)))
    return Languages(names, found.buckets, rates / rates.sum(0), markers)


def _markers(rates: Floats, place: int) -> npt.NDArray[np.int64]:
    """The places, ascending, of the buckets that most of the language's texts have and few of any other's."""
    lead = rates[place] - np.delete(rates, place, axis=0).max(0)
    return np.sort(np.argpartition(-lead, MARKERS)[:MARKERS])
