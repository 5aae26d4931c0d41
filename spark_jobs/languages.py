"""Which buckets speak which language: a linear model is told languages apart by its terms, or not at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs.columns import LABEL, LANGUAGE
from spark_jobs.fitting import Buckets, Floats, document_frequency

ALL, OTHER = "all", "other"
LEAST = 200  # rows of each class that a language must have to be told apart
MARKERS = 20


class Languages(NamedTuple):
    """The languages that are calibrated by themselves: two or more, or `all` as the only one.

    `shares`, shape (languages, buckets), is how likely a bucket is to be met in a text of each language, relative to
    the others; the shares of a bucket add up to 1. `markers` are the buckets that tell a language: the function words.
    """

    names: tuple[str, ...]
    shares: Floats
    markers: tuple[Buckets, ...]


def languages_of(frame: DataFrame) -> Languages:
    """The languages of rows of (language, label, counts)."""
    counts = frame.groupBy(LANGUAGE).agg(F.sum(LABEL).alias("positive"), F.count("*").alias("rows")).collect()
    rows = {
        row[LANGUAGE]: row["rows"] for row in counts if min(row["positive"], row["rows"] - row["positive"]) >= LEAST
    }
    names = tuple(sorted(rows.keys() - {OTHER}))
    if len(names) < 2:
        return Languages((ALL,), np.ones((1, 1)), (np.empty(0, np.uint32),))
    rates = np.array([document_frequency(frame.where(F.col(LANGUAGE) == name)) / rows[name] for name in names])
    return Languages(names, _shares(rates), tuple(_markers(rates, place) for place in range(len(names))))


def _shares(rates: Floats) -> Floats:
    total = rates.sum(0)
    met = total > 0
    return np.where(met, rates / np.where(met, total, 1.0), 1.0 / len(rates))


def _markers(rates: Floats, place: int) -> Buckets:
    """The buckets that most of the language's texts have and few of any other's, ascending."""
    lead = rates[place] - np.delete(rates, place, axis=0).max(0)
    return np.sort(np.argpartition(-lead, MARKERS)[:MARKERS]).astype(np.uint32)
