"""Training and test rows, and folds of the training rows: near-duplicates and texts of one template stay on one side.

Two texts belong together if they share a sentence of at least 40 characters; or, where they have at most 16 tokens,
if they start with the same three (a template with words exchanged) or have the same one or two; or if they are known
to be about one film.
"""

from __future__ import annotations

from typing import NamedTuple

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from sentiment.errors import DataError
from spark_jobs.columns import FILM, FOLD, GROUP, LABEL, ROW, SPLIT, TEST, TEXT, TOKENS, TRAIN

SENTENCE_ENDS, LONG = "[.!?]+", 40
SHORT, OPENING = 16, 3
LEAST_OF_EACH, LEAST_GROUPS = 10, 3
FOLDS = 3


class Split(NamedTuple):
    """`frame` has columns `split` and `fold` (of training rows); `groups` counts the independent groups of texts.

    `leaking` rows were left out of training: they are near a test row that was given, or about its film.
    """

    frame: DataFrame
    groups: int
    leaking: int = 0


def check_enough(frame: DataFrame) -> None:
    """DataError unless there are both classes and enough of each."""
    counts = {row[LABEL]: row["count"] for row in frame.groupBy(LABEL).count().collect()}
    positive, negative = counts.get(1, 0), counts.get(0, 0)
    if not positive or not negative:
        left = "only positive reviews are" if positive else "only negative reviews are" if negative else "no review is"
        raise DataError(f"{left} left after cleaning: training needs both classes (labels 1 and 0)")
    if min(positive, negative) < LEAST_OF_EACH:
        raise DataError(
            f"{positive + negative} reviews are left after cleaning ({positive} positive, {negative} negative): "
            f"training needs at least {LEAST_OF_EACH} of each"
        )


def split_reviews(tokenised: DataFrame, share: float = 0.1, seed: int = 42) -> Split:
    """Put `share` of the groups of each class into test, the rest into train, where they are dealt out to folds.

    Raises DataError where a class has too few groups for that.
    """
    grouped = with_groups(tokenised).cache()
    groups = _dealt(grouped, share, seed)
    return Split(grouped.join(groups, GROUP), groups.count())


def split_off(tokenised: DataFrame, test: DataFrame, seed: int = 42) -> Split:
    """Training rows dealt out to folds, and the test rows as given; what is near one of those is not trained on.

    Raises DataError where a class has too few groups to learn from.
    """
    grouped = with_groups(_apart(tokenised, test)).cache()
    rows = tokenised.count()
    leaking = rows - grouped.count()
    try:
        groups = _dealt(grouped, 0.0, seed)
    except DataError as error:
        if not leaking:
            raise
        near = f"of {rows:,} rows, {leaking:,} are near a test row, or about its film, and are not trained on"
        raise DataError(f"{near}; of the others, {error}") from error
    held = with_groups(test).withColumn(SPLIT, F.lit(TEST))
    frame = grouped.join(groups, GROUP).unionByName(held, allowMissingColumns=True)
    return Split(frame, groups.count(), leaking)


def _apart(rows: DataFrame, others: DataFrame) -> DataFrame:
    """The rows that share no key with any of the others."""
    keys = F.explode(F.array_append(near_keys(), F.xxhash64(F.lower(TEXT)))).alias("key")
    near = rows.select(TEXT, keys).join(others.select(keys).distinct(), "key", "left_semi").select(TEXT).distinct()
    return rows.join(near, TEXT, "left_anti")


def _dealt(grouped: DataFrame, share: float, seed: int) -> DataFrame:
    """Each group's side, and its fold where it is to be trained on; cached."""
    shares = grouped.groupBy(GROUP).agg(F.avg(LABEL).alias("share"))
    _check_independent(shares)
    even = F.pmod(F.xxhash64(GROUP), F.lit(2)) == 0  # a group with as many of each may go either way
    groups = shares.withColumn("majority", (F.col("share") > 0.5) | ((F.col("share") == 0.5) & even))
    kind = Window.partitionBy("majority")
    place = F.row_number().over(kind.orderBy(F.xxhash64(F.lit(seed), GROUP), GROUP)) - 1
    held = F.ceil(share * F.count("*").over(kind))
    side = F.when(place < held, TEST).otherwise(TRAIN)
    fold = F.when(place >= held, F.pmod(place - held, F.lit(FOLDS)).cast("int"))
    dealt = groups.select(GROUP, side.alias(SPLIT), fold.alias(FOLD)).cache()
    if dealt.where(F.col(FOLD).isNotNull()).select(FOLD).distinct().count() < 2:  # cross-validation leaves one out
        raise DataError(
            f"the reviews are near-copies of, or about, no more than {dealt.count()} texts or films, with both classes "
            "mixed: too few to learn from some and be tested on others"
        )
    return dealt


def _check_independent(shares: DataFrame) -> None:
    """DataError unless several groups hold each class: some to learn from, others to be tested on."""
    positive, negative = F.count_if(F.col("share") > 0), F.count_if(F.col("share") < 1)
    for name, found in zip(("positive", "negative"), shares.agg(positive, negative).collect()[0], strict=True):
        if found < LEAST_GROUPS:
            raise DataError(
                f"the {name} reviews are near-copies of no more than {found} texts: training needs {LEAST_GROUPS} "
                "that are independent of one another, to learn from some and be tested on others"
            )


def with_groups(tokenised: DataFrame) -> DataFrame:
    """Add `group`: the smallest row hash of all the rows that are linked by shared keys."""
    rows = tokenised.withColumn(ROW, F.xxhash64(TEXT))
    shared = rows.select(ROW, F.explode(near_keys()).alias("key")).distinct()
    edges = (
        shared.groupBy("key").agg(F.min(ROW).alias("low"), F.collect_set(ROW).alias("rows")).where(F.size("rows") > 1)
    )
    links = edges.select("low", F.explode("rows").alias("high")).where("low <> high").distinct().collect()
    roots = _roots([(link["low"], link["high"]) for link in links])
    if not roots:
        return rows.withColumn(GROUP, F.col(ROW))
    spark = rows.sparkSession
    linked = F.broadcast(spark.createDataFrame(list(roots.items()), f"{ROW} long, root long"))
    return rows.join(linked, ROW, "left").withColumn(GROUP, F.coalesce("root", ROW)).drop("root")


def near_keys() -> Column:
    """What two texts of one group share: hashes of long sentences, or of a short text's opening, and of the film."""
    sentences = F.transform(F.split(F.lower(TEXT), SENTENCE_ENDS), lambda sentence: F.trim(sentence))
    long = F.filter(sentences, lambda sentence: F.length(sentence) >= LONG)
    opening = F.array(F.concat_ws(" ", F.slice(TOKENS, 1, OPENING)))
    keys = F.when(F.size(TOKENS) <= SHORT, opening).otherwise(long)
    film = F.when(F.col(FILM).isNotNull(), F.array(F.xxhash64(F.lit(FILM), FILM))).otherwise(F.array())
    return F.concat(F.transform(keys, lambda key: F.xxhash64(key)), film)


def _roots(links: list[tuple[int, int]]) -> dict[int, int]:
    """The smallest member of each connected component, for each member (union-find)."""
    parent: dict[int, int] = {}

    def find(node: int) -> int:
        root = node
        while parent.setdefault(root, root) != root:
            root = parent[root]
        while parent[node] != root:
            parent[node], node = root, parent[node]
        return root

    for one, other in links:
        low, high = sorted((find(one), find(other)))
        parent[high] = low
    return {node: find(node) for node in parent}
