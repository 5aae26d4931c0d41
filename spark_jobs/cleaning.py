"""Clean, de-duplicated reviews, and how many rows each step took away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sentiment.cleaning import clean
from sentiment.language import language_of
from sentiment.reviews import MOST_CHARACTERS
from spark_jobs.columns import FILM, LABEL, LANGUAGE, SOURCE, TEXT
from spark_jobs.files import explained

SCHEMA = f"{TEXT} string, {LABEL} int, {FILM} string, {SOURCE} string, {LANGUAGE} string"


class Cleaning(NamedTuple):
    """Rows read, rows taken away by each step in this order, rows kept."""

    rows: int
    label_unknown: int
    text_empty: int
    text_too_long: int
    repeated: int
    contradictory: int
    kept: int

    def __str__(self) -> str:
        long = f"{self.text_too_long:,} of more than {MOST_CHARACTERS:,} characters, " if self.text_too_long else ""
        return (
            f"{self.rows:,} rows: {self.label_unknown:,} without a usable label, {self.text_empty:,} without text, "
            f"{long}{self.repeated:,} repeats, {self.contradictory:,} with one text under both labels; "
            f"{self.kept:,} kept"
        )


def clean_texts(frame: DataFrame) -> DataFrame:
    """Apply the one cleaning function to the text, and name its language."""

    def batches(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in frames:
            texts = [cleaned_text(text) for text in batch[TEXT]]
            yield batch.assign(**{TEXT: texts, LANGUAGE: [language_of(text) for text in texts]})

    return frame.mapInPandas(batches, SCHEMA)


def cleaned_text(text: object) -> str:
    """The cleaned text; empty where serving would say that it is empty or white space."""
    cleaned = clean(text) if isinstance(text, str) else ""
    return "" if cleaned.isspace() else cleaned


def is_too_long() -> Column:
    """Whether serving would refuse the text for its length: such a text is mostly a file that was read wrongly."""
    return F.length(TEXT) > MOST_CHARACTERS


def distinct_texts(frame: DataFrame) -> DataFrame:
    """One row for each text and its smallest label, with `seen` rows of it and whether its labels `agree`."""
    return frame.groupBy(TEXT).agg(
        F.min(LABEL).alias(LABEL),
        F.min(FILM).alias(FILM),
        F.min(SOURCE).alias(SOURCE),
        F.first(LANGUAGE).alias(LANGUAGE),
        F.count("*").alias("seen"),
        (F.min(LABEL) == F.max(LABEL)).alias("agree"),
    )


def clean_reviews(frame: DataFrame) -> tuple[DataFrame, Cleaning]:
    """Reviews ready for training, (text, label, film, source, language), cached; what was dropped."""
    cleaned = clean_texts(frame).cache()
    labelled = cleaned.where(F.col(LABEL).isNotNull())
    with_text = labelled.where(F.col(TEXT) != "")
    usable = with_text.where(~is_too_long())
    texts = distinct_texts(usable).cache()
    kept = texts.where("agree").select(TEXT, LABEL, FILM, SOURCE, LANGUAGE).cache()
    with explained("the reviews can't be read"):
        rows = cleaned.count()
    known, filled, short = labelled.count(), with_text.count(), usable.count()
    contradictory = int(texts.where("not agree").agg(F.coalesce(F.sum("seen"), F.lit(0))).collect()[0][0])
    count = kept.count()
    repeated = short - contradictory - count
    account = Cleaning(rows, rows - known, known - filled, filled - short, repeated, contradictory, count)
    cleaned.unpersist()
    texts.unpersist()
    return kept, account
