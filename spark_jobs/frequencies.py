"""In how many reviews each bucket occurs, counted by Spark where the reviews are: nothing is as long as all buckets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, IntegerType

from spark_jobs.columns import COUNTS

Floats = npt.NDArray[np.float64]
Buckets = npt.NDArray[np.uint32]


class Frequencies(NamedTuple):
    """Document frequencies: `buckets`, ascending, shape (buckets,); `rows` of each kind, shape (kinds, buckets)."""

    buckets: Buckets
    rows: npt.NDArray[np.int64]


def document_frequencies(frame: DataFrame, kinds: Sequence[Column], least: int) -> Frequencies:
    """The buckets that at least `least` rows of (counts, ...) have, and how many rows of each kind have them."""
    buckets_of = F.udf(lambda counts: counts.indices.tolist(), ArrayType(IntegerType()))
    names = [f"rows_{place}" for place in range(len(kinds))]
    flags = [kind.alias(name) for kind, name in zip(kinds, names, strict=True)]
    counted = (
        frame.select(F.explode(buckets_of(COUNTS)).alias("bucket"), *flags)
        .groupBy("bucket")
        .agg(F.count("*").alias("rows"), *(F.count_if(name).alias(name) for name in names))
        .where(F.col("rows") >= least)
        .toArrow()
    )
    buckets = counted["bucket"].to_numpy().astype(np.uint32)
    order = np.argsort(buckets)
    return Frequencies(buckets[order], np.stack([counted[name].to_numpy()[order] for name in names]))


def look_up(kept: Buckets, buckets: npt.NDArray[np.integer]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """For each bucket its place among the kept ones, which ascend, and whether it is one of them."""
    places = np.minimum(np.searchsorted(kept, buckets), len(kept) - 1)
    return places, kept[places] == buckets
