"""No text and no near-copy of it stands on two sides of the split, and the split depends on the texts alone."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from sentiment.cleaning import clean
from sentiment.textrule import default_text_rule
from spark_jobs.account import warnings
from spark_jobs.cleaning import Cleaning, clean_reviews
from spark_jobs.columns import LABEL, LANGUAGE, SOURCE, SPLIT, TEST, TEXT, TRAIN, VALIDATION
from spark_jobs.features import apply, token_stages
from spark_jobs.reading import read_reviews
from spark_jobs.splitting import Split, split_reviews
from tests.spark.conftest import PROJECT

COLUMNS = f"{TEXT} string, {LABEL} int, {SOURCE} string, {LANGUAGE} string"
SIDES = {TRAIN, VALIDATION, TEST}


@pytest.fixture(scope="module")
def exam(spark: SparkSession) -> DataFrame:
    """The exam's 85 distinct texts."""
    return clean_reviews(read_reviews(spark, [str(PROJECT / "data/reviews_unique.csv")]))[0]


@pytest.fixture(scope="module")
def exam_split(exam: DataFrame) -> Split:
    return _split(exam)


def test_the_exam_has_ten_templates_and_each_stands_on_one_side(exam_split: Split) -> None:
    sides = _sides(exam_split)
    by_opening = defaultdict(set)
    for text, side in sides.items():
        by_opening[" ".join(text.split()[:3])].add(side)
    assert len(sides) == 85
    assert exam_split.groups == len(by_opening) == 10
    assert all(len(found) == 1 for found in by_opening.values())


def test_both_classes_are_on_every_side(exam_split: Split) -> None:
    found = exam_split.frame.select(SPLIT, LABEL).distinct().collect()
    assert {(row[SPLIT], row[LABEL]) for row in found} == {(side, label) for side in SIDES for label in (0, 1)}


def test_the_exam_warns_that_a_score_on_it_says_little(exam_split: Split) -> None:
    said = warnings(Cleaning(124, 0, 0, 39, 0, 85), exam_split.groups)
    assert [message for message in said if "39 of 124 rows are repeats" in message]
    assert [message for message in said if "about 10 templates" in message and "says little" in message]


def test_the_split_is_the_same_whatever_the_order_of_the_rows(exam: DataFrame, exam_split: Split) -> None:
    shuffled = exam.orderBy(F.xxhash64(F.lit(7), TEXT)).repartition(5)
    assert _sides(_split(shuffled)) == _sides(_split(exam)) == _sides(exam_split)


def test_another_seed_gives_another_split(exam: DataFrame, exam_split: Split) -> None:
    tokenised = apply(token_stages(default_text_rule()), exam)
    assert _sides(split_reviews(tokenised, seed=43)) != _sides(exam_split)


@pytest.fixture(scope="module")
def originals(reviews: Path) -> pd.DataFrame:
    """Fifty long reviews, half of them positive."""
    whole = pd.read_parquet(PROJECT / "data/imdb-train.parquet")
    long = whole[whole["review"].str.len().between(700, 1500)]
    return long.groupby("label").head(25)


def test_long_texts_with_a_word_changed_stay_with_their_original(spark: SparkSession, originals: pd.DataFrame) -> None:
    chance = random.Random(3)
    rows, family = [], {}
    for number, (text, label) in enumerate(zip(originals["review"], originals["label"], strict=True)):
        words = clean(text).split()
        changed, longer = list(words), [*words, "Seen", "at", "the", "cinema."]
        changed[chance.randrange(len(words))] = "whatever"
        for version in (" ".join(words), " ".join(changed), " ".join(longer), " ".join(words).upper()):
            rows.append((version, int(label), "a", "en"))
            family[version] = number
    split = _split(spark.createDataFrame(rows, COLUMNS))
    found = defaultdict(set)
    for text, side in _sides(split).items():
        found[family[text]].add(side)
    assert split.groups == len(originals)
    assert all(len(sides) == 1 for sides in found.values())
    assert set.union(*found.values()) == SIDES


def test_a_chain_of_near_copies_is_one_group(spark: SparkSession) -> None:
    chance = random.Random(5)
    words = [f"word{n}" for n in range(400)]
    chain = [(" ".join(words[start : start + 100]), start // 100 % 2, "a", "en") for start in range(0, 300, 20)]
    others = [(" ".join(chance.choices(words, k=60)), n % 2, "a", "en") for n in range(20)]
    split = _split(spark.createDataFrame([*chain, *others], COLUMNS))
    sides = _sides(split)
    assert split.groups == 1 + len(others)
    assert len({sides[row[0]] for row in chain}) == 1


def test_every_row_comes_back_once_with_its_label(exam: DataFrame, exam_split: Split) -> None:
    rows = exam_split.frame.select(TEXT, LABEL).collect()
    assert sorted(map(tuple, rows)) == sorted(map(tuple, exam.select(TEXT, LABEL).collect()))


def _split(frame: DataFrame) -> Split:
    return split_reviews(apply(token_stages(default_text_rule()), frame))


def _sides(split: Split) -> dict[str, str]:
    return {row[TEXT]: row[SPLIT] for row in split.frame.select(TEXT, SPLIT).collect()}
