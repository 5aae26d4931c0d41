"""The training terms behind the kept buckets, so that an explanation can name what a bucket has learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from sentiment.explanation import term_texts
from sentiment.scoring import Scorer
from spark_jobs.columns import TEXT

MOST = 20  # terms named for a bucket
SHARE = 0.1  # of the documents of the bucket's most frequent term: a rarer one has not shaped the coefficient


def terms_of_buckets(frame: DataFrame, scorer: Scorer, kept: npt.NDArray[np.uint32]) -> list[tuple[str, ...]]:
    """For each kept bucket, ascending, its terms in `frame`'s texts, the most frequent first, none that is rare."""

    def count(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        counts: Counter[tuple[int, str]] = Counter()
        for batch in frames:
            for text in batch[TEXT]:
                counts.update(set(term_texts(text, scorer)))
        if counts:
            places, names = zip(*counts, strict=True)
            yield pd.DataFrame({"place": places, "term": names, "documents": list(counts.values())})

    counted = frame.select(TEXT).mapInPandas(count, "place int, term string, documents long")
    summed = counted.groupBy("place", "term").agg(F.sum("documents").alias("documents"))
    order = F.struct((-F.col("documents")).alias("order"), "term")
    ranked = summed.groupBy("place").agg(F.array_sort(F.collect_list(order)).alias("terms"))
    telling = F.filter("terms", lambda term: term["order"] <= SHARE * F.col("terms")[0]["order"])
    named: list[tuple[str, ...]] = [()] * len(kept)
    for row in ranked.select("place", F.slice(telling, 1, MOST)["term"].alias("names")).toLocalIterator():
        named[row["place"]] = tuple(row["names"])
    return named
