"""The words and pairs that tell most of the class: log-odds ratios of document frequencies.

`log_odds` is log((a + s) / (A - a + s)) - log((b + s) / (B - b + s)) for a term in `a` of `A` positive and `b` of `B`
negative texts. Terms are ranked by the chi-square of term against class, which weighs how much a term tells against how
many texts have it: Yang & Pedersen 1997, "A comparative study on feature selection in text categorization".
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.ml.feature import NGram
from pyspark.sql import Column, DataFrame, Row, Window
from pyspark.sql import functions as F

from spark_jobs.columns import LABEL, LANGUAGE, TOKENS
from spark_jobs.exploring.findings import ByClass, Part, Telling, Term

MOST = 10
SMOOTHING = 0.5
LEAST_FREQUENCY, LEAST_OF_FEW, FEW = 5, 2, 1000  # texts that a term must be in; on fewer than FEW texts the second
LEAST_TEXTS = 50  # of each class, for a language to have terms of its own
EVERY = "all"
WORDS = r"^[\p{L}\p{N}][^ ]*( [\p{L}\p{N}][^ ]*)?$"  # no marks


def telling(texts: DataFrame, languages: Sequence[Part]) -> tuple[Telling, ...]:
    """For each language, where there are several; else for all texts together."""
    own = [part.name for part in languages if _has_terms(part)]
    frame = texts.where(F.col(LANGUAGE).isin(own)) if len(own) > 1 else texts.withColumn(LANGUAGE, F.lit(EVERY))
    totals = frame.groupBy(LANGUAGE).agg(*_by_class("all_positive", "all_negative"))
    least = LEAST_FREQUENCY if sum(part.count for part in languages) >= FEW else LEAST_OF_FEW
    counted = term_frequencies(frame).where(F.col("positive") + F.col("negative") >= least)
    ranked = ranked_terms(counted.join(F.broadcast(totals), LANGUAGE)).collect()
    return tuple(
        _telling(row, ranked) for row in totals.orderBy(F.desc(F.col("all_positive") + F.col("all_negative"))).collect()
    )


def _has_terms(part: Part) -> bool:
    return part.name != "other" and min(part.positive, part.negative) >= LEAST_TEXTS


def term_frequencies(texts: DataFrame) -> DataFrame:
    """(language, term, pair, positive, negative): the texts of each class that a word or pair of words is in."""
    paired = NGram(n=2, inputCol=TOKENS, outputCol="pairs").transform(texts)
    term = F.explode(F.array_distinct(F.concat(TOKENS, "pairs"))).alias("term")
    counted = paired.select(LANGUAGE, LABEL, term).groupBy(LANGUAGE, "term").agg(*_by_class("positive", "negative"))
    return counted.where(F.col("term").rlike(WORDS)).withColumn("pair", F.col("term").contains(" "))


def ranked_terms(counted: DataFrame) -> DataFrame:
    """The MOST telling words and pairs of each language and class."""
    log_odds = _odds("positive") - _odds("negative")
    scored = counted.withColumn("log_odds", log_odds).withColumn("chi_square", _chi_square())
    sided = scored.where("log_odds <> 0").withColumn("speaks_for", F.when(F.col("log_odds") > 0, 1).otherwise(0))
    of_its_kind = Window.partitionBy(LANGUAGE, "pair", "speaks_for").orderBy(F.desc("chi_square"), "term")
    return sided.withColumn("place", F.row_number().over(of_its_kind)).where(F.col("place") <= MOST).orderBy("place")


def _odds(side: str) -> Column:
    without = F.col(f"all_{side}") - F.col(side)
    return F.log((F.col(side) + SMOOTHING) / (without + SMOOTHING))


def _chi_square() -> Column:
    """Of the texts with and without the term by class; over the number of texts, which is the same for all terms."""
    positive, negative, all_positive, all_negative = (
        F.col(name).cast("double") for name in ("positive", "negative", "all_positive", "all_negative")
    )
    without = all_positive + all_negative - positive - negative
    distance = positive * all_negative - negative * all_positive
    return F.try_divide(distance * distance, (positive + negative) * without * all_positive * all_negative)


def _by_class(positive: str, negative: str) -> list[Column]:
    return [F.count_if(F.col(LABEL) == 1).alias(positive), F.count_if(F.col(LABEL) == 0).alias(negative)]


def _telling(totals: Row, ranked: Sequence[Row]) -> Telling:
    rows = [row for row in ranked if row[LANGUAGE] == totals[LANGUAGE]]
    words, pairs = (_sides([row for row in rows if row["pair"] == pair]) for pair in (False, True))
    return Telling(totals[LANGUAGE], totals["all_positive"], totals["all_negative"], words, pairs)


def _sides(rows: Sequence[Row]) -> ByClass:
    positive, negative = (tuple(_term(row) for row in rows if row["speaks_for"] == label) for label in (1, 0))
    return ByClass(positive, negative)


def _term(row: Row) -> Term:
    return Term(row["term"], row["positive"], row["negative"], round(row["log_odds"], 4))
