"""Cleaning keeps each text once, drops what teaches nothing, and accounts for every row."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession
from pyspark.testing import assertDataFrameEqual

from sentiment.reviews import MOST_CHARACTERS
from spark_jobs.cleaning import Cleaning, clean_reviews, clean_texts
from spark_jobs.columns import FILM, LABEL, LANGUAGE, SOURCE, TEXT

READ = f"{TEXT} string, {LABEL} int, {FILM} string, {SOURCE} string"
CLEANED = f"{READ}, {LANGUAGE} string"


def test_html_and_composition_are_cleaned_and_the_language_is_named(spark: SparkSession) -> None:
    raw = [
        ("Le film<br /><BR>est cafe\u0301 &amp; cr&egrave;me &#128512;", 1, None, "a"),
        ("The film is the best<br>", 1, None, "a"),
        (None, 0, None, "b"),
        ("12 ½", None, None, "b"),
    ]
    expected = [
        ("Le film  est café & crème 😀", 1, None, "a", "fr"),
        ("The film is the best ", 1, None, "a", "en"),
        ("", 0, None, "b", "other"),
        ("12 ½", None, None, "b", "other"),
    ]
    assertDataFrameEqual(clean_texts(_read(spark, raw)), spark.createDataFrame(expected, CLEANED))


def test_each_text_is_kept_once_and_texts_under_both_labels_are_dropped(spark: SparkSession) -> None:
    raw = [
        ("good film", 1, None, "a"),
        ("good film", 1, None, "b"),
        ("good film", 1, None, "b"),
        ("caf\u00e9", 0, None, "b"),
        ("cafe\u0301", 0, None, "a"),
        ("caf&eacute;", 0, None, "c"),
        ("both ways", 1, None, "a"),
        ("both ways", 0, None, "a"),
        ("both ways", 0, None, "b"),
        ("Good film", 1, None, "a"),
        ("no label", None, None, "a"),
        ("no label", None, None, "a"),
        (" <br> \u00a0", 1, None, "a"),
        ("<br/>", 1, None, "a"),
        ("", 0, None, "a"),
        (None, 0, None, "a"),
        (None, None, None, "a"),
    ]
    kept, account = clean_reviews(_read(spark, raw))
    expected = [
        ("good film", 1, None, "a", "other"),
        ("café", 0, None, "a", "other"),
        ("Good film", 1, None, "a", "other"),
    ]
    assertDataFrameEqual(kept, spark.createDataFrame(expected, CLEANED))
    assert account == Cleaning(
        rows=17, label_unknown=3, text_empty=4, text_too_long=0, repeated=4, contradictory=3, kept=3
    )


def test_a_label_that_is_missing_does_not_contradict_one_that_is_there(spark: SparkSession) -> None:
    kept, account = clean_reviews(_read(spark, [("same", 1, None, "a"), ("same", None, None, "a")]))
    assertDataFrameEqual(kept, spark.createDataFrame([("same", 1, None, "a", "other")], CLEANED))
    assert account == Cleaning(2, 1, 0, 0, 0, 0, 1)


def test_a_text_that_serving_would_refuse_for_its_length_is_dropped_and_counted(spark: SparkSession) -> None:
    long = "a" * MOST_CHARACTERS
    kept, account = clean_reviews(_read(spark, [(long, 1, None, "a"), (f"{long}b", 0, None, "a")]))
    assert [row[TEXT] for row in kept.collect()] == [long]
    assert account == Cleaning(2, 0, 0, 1, 0, 0, 1)
    assert ", 0 without text, 1 of more than 100,000 characters, 0 repeats, " in str(account)


def test_the_numbers_of_the_account_add_up_and_are_said_in_words(spark: SparkSession) -> None:
    rows = [(f"text {n % 7} {n % 3 and 'x'}", (0, 1, None)[n % 3 if n % 5 else 0], None, "a") for n in range(200)]
    kept, account = clean_reviews(_read(spark, [*rows, ("", 1, None, "a"), (" ", None, None, "b")]))
    rows_read, *dropped, rows_kept = account
    assert rows_read == 202 == sum(dropped) + rows_kept
    assert account.kept == kept.count() == kept.select(TEXT).distinct().count()
    assert str(account).startswith(f"202 rows: {account.label_unknown} without a usable label, 1 without text, ")


def test_no_row_at_all_is_an_account_of_zeros(spark: SparkSession) -> None:
    kept, account = clean_reviews(_read(spark, []))
    assert kept.count() == 0
    assert account == Cleaning(0, 0, 0, 0, 0, 0, 0)


def _read(spark: SparkSession, rows: list[tuple[str | None, int | None, None, str]]) -> DataFrame:
    return spark.createDataFrame(rows, READ)
