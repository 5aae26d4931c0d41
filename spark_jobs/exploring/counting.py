"""Counts of rows and of texts; what reaches the driver is a few lines for each, with examples cut short."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import unquote

from msgspec.structs import replace
from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from spark_jobs.columns import GROUP, LABEL, SOURCE, TEXT, TOKENS
from spark_jobs.exploring.findings import Bin, Example, Lengths, Part, Template, Templates
from spark_jobs.exploring.rows import GIVEN

MOST_PARTS, MOST_EXAMPLES = 20, 5
BINS = 12
EXAMPLE = 300  # characters
QUARTILES = [0.0, 0.25, 0.5, 0.75, 1.0]
CLASSES = {None: "all", 1: "positive", 0: "negative"}


def start_of(column: str) -> Column:
    """The first characters of a text: enough for an example."""
    start = F.substring(column, 1, EXAMPLE)
    return F.when(F.length(column) > EXAMPLE, F.concat(start, F.lit("…"))).otherwise(start)


def parts(frame: DataFrame, column: str) -> tuple[Part, ...]:
    """The most frequent values of the column, each with its rows by class."""
    counted = frame.groupBy(column).agg(F.count("*").alias("rows"), *_by_class())
    found = counted.orderBy(F.desc("rows"), column).limit(MOST_PARTS).collect()
    return tuple(Part(row[column] or "(none)", row["rows"], row["positive"], row["negative"]) for row in found)


def files(rows: DataFrame) -> tuple[Part, ...]:
    """Rows by file, each named by what tells it from the others: its path without the folders that all share."""
    found = parts(rows, SOURCE)
    names = _without_common_folders([unquote(part.name) for part in found])
    return tuple(Part(name, part.count, part.positive, part.negative) for name, part in zip(names, found, strict=True))


def _without_common_folders(paths: list[str]) -> list[str]:
    split = [path.split("/") for path in paths]
    folders = [names[:-1] for names in split]
    shared = next(
        (at for at, names in enumerate(zip(*folders, strict=False)) if len(set(names)) > 1),
        min(map(len, folders), default=0),
    )
    return ["/".join(names[shared:]) for names in split]


def unknown_labels(rows: DataFrame) -> tuple[Example, ...]:
    """Labels that are neither positive nor negative, as the files spell them."""
    unknown = rows.where(F.col(LABEL).isNull()).groupBy(GIVEN).agg(F.count("*").alias("seen"))
    found = unknown.orderBy(F.desc("seen"), GIVEN).select(start_of(GIVEN), "seen").limit(2 * MOST_EXAMPLES).collect()
    return tuple(Example("(none)" if label is None else label, seen) for label, seen in found)


def repeats(texts: DataFrame) -> tuple[Example, ...]:
    """The texts that stand in most rows, of those that stand in several."""
    return _most_seen(texts.where("seen > 1"))


def conflicts(texts: DataFrame) -> tuple[Example, ...]:
    """Texts that have both labels."""
    return _most_seen(texts.where("not agree"))


def _most_seen(texts: DataFrame) -> tuple[Example, ...]:
    ranked = texts.orderBy(F.desc("seen"), TEXT).select(start_of(TEXT), "seen").limit(MOST_EXAMPLES)
    return tuple(Example(text, seen) for text, seen in ranked.collect())


def lengths(texts: DataFrame) -> tuple[Lengths, ...]:
    """Quartiles of the lengths of all texts and of each class's, as exact as `percentile_approx`."""
    measured = texts.select(LABEL, F.length(TEXT).alias("characters"), F.size(TOKENS).alias("tokens"))
    found = measured.rollup(LABEL).agg(*(_quartiles(name) for name in ("characters", "tokens"))).collect()
    by_class = {row[LABEL]: row for row in found if row["tokens"]}
    return tuple(
        Lengths(name, tuple(by_class[label]["characters"]), tuple(by_class[label]["tokens"]))
        for label, name in CLASSES.items()
        if label in by_class
    )


def _quartiles(name: str) -> Column:
    return F.percentile_approx(name, QUARTILES).alias(name)


def histogram(texts: DataFrame) -> tuple[Bin, ...]:
    """Texts by their number of tokens, in bins of one round width; the last takes the longest hundredth."""
    tokens = F.size(TOKENS)
    least, usual, most = texts.agg(F.min(tokens), F.percentile_approx(tokens, 0.99), F.max(tokens)).collect()[0]
    if least is None:
        return ()
    width = _round_width((usual + 1 - least) / BINS)
    first, last = least // width, usual // width
    binned = texts.groupBy(F.least(F.floor(tokens / width), F.lit(last)).alias("bin")).agg(*_by_class())
    counts = {row["bin"]: row for row in binned.collect()}
    bins = [_bin(place * width, (place + 1) * width - 1, counts.get(place)) for place in range(first, last + 1)]
    return (*bins[:-1], replace(bins[-1], high=None)) if most >= (last + 1) * width else tuple(bins)


def _bin(low: int, high: int, row: Row | None) -> Bin:
    return Bin(low, high, row["positive"] if row else 0, row["negative"] if row else 0)


def _round_width(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 ... that is not below `least`."""
    power = int(10 ** math.floor(math.log10(max(least, 1))))
    return next(power * step for step in (1, 2, 5, 10) if power * step >= least)


def templates(texts: DataFrame) -> Templates:
    """Groups of near-copies, the largest with an example."""
    groups = texts.groupBy(GROUP).agg(F.count("*").alias("texts"), *_by_class(), F.min(TEXT).alias("example"))
    largest = groups.where("texts > 1").orderBy(F.desc("texts"), "example").limit(2 * MOST_EXAMPLES)
    found: list[Any] = largest.select("texts", "positive", "negative", start_of("example")).collect()
    return Templates(groups.count(), tuple(Template(*row) for row in found))


def _by_class() -> list[Column]:
    return [F.count_if(F.col(LABEL) == label).alias(name) for label, name in CLASSES.items() if label is not None]
