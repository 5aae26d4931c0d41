"""What the sides of a split, or two data sets, have in common: whole texts, sentences, openings of templates.

The keys are those by which training keeps near-copies on one side. Texts are counted by key before sides are joined, so
the work grows with the texts, not with their pairs.
"""

from __future__ import annotations

from itertools import combinations

from pyspark.sql import Column, DataFrame, Row, Window
from pyspark.sql import functions as F

from sentiment.errors import DataError
from sentiment.textrule import TextRule
from spark_jobs.columns import FILM, SPLIT, TEXT
from spark_jobs.exploring.counting import EXAMPLE
from spark_jobs.exploring.findings import Leak, Shared, Side
from spark_jobs.exploring.rows import cached
from spark_jobs.features import apply, token_stages
from spark_jobs.splitting import SENTENCE_ENDS, near_keys

MOST_SIDES, MOST_EXAMPLES = 10, 5
PAIR = ("one", "other")
WHOLE, KEY = "whole", "key"


def leaks(rows: DataFrame, rule: TextRule) -> tuple[Leak, ...]:
    """For rows of (text, split), each pair of sides; DataError where there are not 2 to MOST_SIDES of them."""
    with cached(with_keys(rows.distinct(), rule)) as keyed, cached(keys_of_both(keyed)) as shared:
        sizes = _sizes(keyed)
        exact = {_pair(row): row["count"] for row in shared.where(WHOLE).groupBy(*PAIR).count().collect()}
        alike = {side: _alike(keyed, shared, side) for side in PAIR}
        examples = most_shared(shared).collect()
    return tuple(
        Leak(
            Side(one, sizes[one], alike["one"].get((one, other), 0)),
            Side(other, sizes[other], alike["other"].get((one, other), 0)),
            exact.get((one, other), 0),
            tuple(_shared(row) for row in examples if _pair(row) == (one, other)),
        )
        for one, other in combinations(sizes, 2)
    )


def with_keys(placed: DataFrame, rule: TextRule) -> DataFrame:
    """(text, split, whole, key): a row for each key of each text; the `whole` text is a key, too."""
    tokenised = apply(token_stages(rule), placed.withColumn(FILM, F.lit(None).cast("string")))
    parts = F.transform(near_keys(), lambda key: F.struct(F.lit(False).alias(WHOLE), key.alias(KEY)))
    whole = F.struct(F.lit(True).alias(WHOLE), F.xxhash64(TEXT).alias(KEY))
    keys = F.array_distinct(F.array_append(parts, whole))
    return tokenised.select(TEXT, SPLIT, F.inline(keys))


def _sizes(keyed: DataFrame) -> dict[str, int]:
    rows = keyed.where(WHOLE).groupBy(SPLIT).count().orderBy(SPLIT).limit(MOST_SIDES + 1).collect()
    if not 1 < len(rows) <= MOST_SIDES:
        found = "one value" if len(rows) == 1 else f"more than {MOST_SIDES} values" if rows else "no value"
        raise DataError(f"the column to split by has {found}: expected 2 to {MOST_SIDES}, such as train and test")
    return {row[SPLIT]: row["count"] for row in rows}


def keys_of_both(keyed: DataFrame) -> DataFrame:
    """(whole, key, one, other, and of each side the texts with the key and the first of them), for keys on both."""
    by_side = keyed.groupBy(WHOLE, KEY, SPLIT).agg(F.count("*").alias("texts"), F.min(TEXT).alias("first"))
    one, other = (
        by_side.select(
            WHOLE, KEY, F.col(SPLIT).alias(side), *(F.col(name).alias(f"{side}_{name}") for name in ("texts", "first"))
        )
        for side in PAIR
    )
    return one.join(other, [WHOLE, KEY]).where("one < other")


def _alike(keyed: DataFrame, shared: DataFrame, side: str) -> dict[tuple[str, str], int]:
    """The number of texts of `side` with a key that the other side has, by pair of sides."""
    mine = keyed.withColumnRenamed(SPLIT, side).join(shared.select(WHOLE, KEY, *PAIR), [WHOLE, KEY, side])
    return {
        _pair(row): row["texts"] for row in mine.groupBy(*PAIR).agg(F.count_distinct(TEXT).alias("texts")).collect()
    }


def most_shared(shared: DataFrame) -> DataFrame:
    """(one, other, one_texts, other_texts, example): what most texts of each pair of sides share."""
    most = Window.partitionBy(*PAIR).orderBy(F.desc(F.col("one_texts") + F.col("other_texts")), F.desc(WHOLE), KEY)
    chosen = shared.withColumn("place", F.row_number().over(most)).where(F.col("place") <= MOST_EXAMPLES)
    return chosen.orderBy("place").select(*PAIR, "one_texts", "other_texts", _example().alias("example"))


def _example() -> Column:
    """The sentence that the key stands for; the start of a text for the key of an opening or of a whole text."""
    sentences = F.transform(F.split(F.lower("one_first"), SENTENCE_ENDS), lambda sentence: F.trim(sentence))
    meant = F.filter(sentences, lambda sentence: F.xxhash64(sentence) == F.col(KEY))
    return F.substring(F.coalesce(F.try_element_at(meant, F.lit(1)), "one_first"), 1, EXAMPLE)


def _pair(row: Row) -> tuple[str, str]:
    return row["one"], row["other"]


def _shared(row: Row) -> Shared:
    return Shared(row["one_texts"], row["other_texts"], row["example"])
