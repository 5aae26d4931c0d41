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
from sentiment.errors import DataError
from sentiment.textrule import default_text_rule
from spark_jobs.account import describe, one_sided
from spark_jobs.caveats import caveats
from spark_jobs.cleaning import Cleaning, clean_reviews
from spark_jobs.columns import FILM, FOLD, GROUP, LABEL, SOURCE, SPLIT, TEST, TEXT, TRAIN
from spark_jobs.features import apply, token_stages
from spark_jobs.reading import read_reviews
from spark_jobs.splitting import FOLDS, Split, split_off, split_reviews
from tests.spark.conftest import PROJECT

CLEANED = f"{TEXT} string, {LABEL} int, {FILM} string"


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
    assert {(row[SPLIT], row[LABEL]) for row in found} == {(side, label) for side in (TRAIN, TEST) for label in (0, 1)}


def test_the_exam_warns_that_a_score_on_it_says_little(exam_split: Split) -> None:
    said = caveats(Cleaning(124, 0, 0, 0, 39, 0, 85), exam_split.groups)
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
            rows.append((version, int(label), None))
            family[version] = number
    split = _split(spark.createDataFrame(rows, CLEANED))
    found = defaultdict(set)
    for text, side in _sides(split).items():
        found[family[text]].add(side)
    assert split.groups == len(originals)
    assert all(len(sides) == 1 for sides in found.values())
    assert set.union(*found.values()) == {TRAIN, TEST}


def test_a_chain_of_near_copies_is_one_group(spark: SparkSession) -> None:
    sentences = [f"Sentence number {n} of the review is long enough to be its own." for n in range(60)]
    chain = [(" ".join(sentences[n : n + 4]), n // 9 % 2, None) for n in range(0, 36, 3)]
    others = [(sentence, n % 2, None) for n, sentence in enumerate(sentences[40:])]
    split = _split(spark.createDataFrame([*chain, *others], CLEANED))
    sides = _sides(split)
    assert len({sides[row[0]] for row in chain}) == 1
    assert split.groups == 1 + len(others)


def test_texts_of_a_word_or_two_stay_with_those_that_only_capitals_and_spaces_tell_apart(spark: SparkSession) -> None:
    words = [f"{word}{n}" for word in ("nul", "super") for n in "abcdefghijkl"]
    rows = [(text, int(word < "o"), None) for word in words for text in (word, word.upper(), f"{word}!", f" {word} !")]
    split = _split(spark.createDataFrame(rows, CLEANED))
    assert split.groups == 2 * len(words)


def test_reviews_of_one_film_stay_on_one_side(spark: SparkSession) -> None:
    rows = [(f"opinion {n} on it", int(n % 12 < 6) ^ (n < 24), f"film {n % 12}") for n in range(120)]
    split = _split(spark.createDataFrame(rows, CLEANED))
    found = split.frame.groupBy(FILM).agg(F.countDistinct(SPLIT, F.coalesce(FOLD, F.lit(-1))).alias("places")).collect()
    assert split.groups == 12
    assert {row["places"] for row in found} == {1}
    warnings = describe(Cleaning(1200, 0, 0, 0, 0, 0, 1200), split, ["films.csv"], [])["warnings"]
    assert warnings == []  # twelve films are no templates


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([(f"opinion {n}", int(n // 3 % 3 < 1 + n % 3 % 2), f"film {n % 3}") for n in range(60)], 3),
        ([(f"the {('movie', 'acting', 'story')[n % 3]} was {n} times {n % 2}", n % 2, None) for n in range(60)], 3),
    ],
)
def test_a_few_films_or_templates_with_both_classes_are_too_few_to_learn_from(
    spark: SparkSession, rows: list[tuple[str, int, str | None]], found: int
) -> None:
    with pytest.raises(DataError, match=f"no more than {found} texts or films, with both classes mixed"):
        _split(spark.createDataFrame(rows, CLEANED))


@pytest.mark.parametrize(("positive", "said"), [(90, ["75% of the training texts of en.csv are positive"]), (60, [])])
def test_an_input_that_is_mostly_of_one_class_is_told(spark: SparkSession, positive: int, said: list[str]) -> None:
    """Not one of few rows."""
    labels = [*[1] * positive, *[0] * (120 - positive)]
    rows = [(TRAIN, "data/en.csv", label) for label in labels] + [(TEST, "data/en.csv", 1)] * 300
    rows += [(TRAIN, "few.csv", 1)] * 98 + [(TRAIN, "few.csv", 0)]
    found = _one_sided(spark, rows)
    assert [each.split(", ")[0] for each in found] == said
    assert all(each.endswith("train with --prior observed") for each in found)


def test_inputs_of_one_class_each_are_told_of_together(spark: SparkSession) -> None:
    rows = [(TRAIN, "data/pos.csv", 1)] * 240 + [(TRAIN, "data/neg.csv", 0)] * 60
    (said,) = _one_sided(spark, rows)
    assert said == (
        "80% of the training texts of neg.csv, pos.csv are positive, and confidence is given as if half were: "
        "if as many are where it is used, train with --prior observed"
    )


@pytest.mark.parametrize(("positive", "negative", "label"), [(700, 1, "positive"), (0, 200, "negative")])
def test_an_input_of_nearly_one_class_is_told(spark: SparkSession, positive: int, negative: int, label: str) -> None:
    rows = [(TRAIN, "a.csv", 1)] * positive + [(TRAIN, "a.csv", 0)] * negative
    (said,) = _one_sided(spark, rows + [(TRAIN, "even.csv", n % 2) for n in range(100)])
    others = "the others are too few to count as much" if positive else "there are no others"
    assert said == (
        f"{max(positive, negative)} of the {len(rows)} training texts of a.csv are {label}: {others}, so each text "
        f"counts as one and confidence leans to {label}; add an --input with more of the other class"
    )


def _one_sided(spark: SparkSession, rows: list[tuple[str, str, int]]) -> list[str]:
    return one_sided(Split(spark.createDataFrame(rows, f"{SPLIT} string, {SOURCE} string, {LABEL} int"), 1))


def test_each_training_group_is_in_one_fold_and_each_fold_has_both_classes(exam_split: Split) -> None:
    train = exam_split.frame.where(F.col(SPLIT) == TRAIN)
    assert train.select(GROUP, FOLD).distinct().count() == train.select(GROUP).distinct().count()
    found = train.select(FOLD, LABEL).distinct().collect()
    assert {(row[FOLD], row[LABEL]) for row in found} == {(fold, label) for fold in range(FOLDS) for label in (0, 1)}


def test_every_row_comes_back_once_with_its_label(exam: DataFrame, exam_split: Split) -> None:
    rows = exam_split.frame.select(TEXT, LABEL).collect()
    assert sorted(map(tuple, rows)) == sorted(map(tuple, exam.select(TEXT, LABEL).collect()))


def _split(frame: DataFrame) -> Split:
    return split_reviews(apply(token_stages(default_text_rule()), frame))


def _sides(split: Split) -> dict[str, str]:
    return {row[TEXT]: row[SPLIT] for row in split.frame.select(TEXT, SPLIT).collect()}


def test_no_text_and_no_film_of_the_given_test_rows_is_trained_on(spark: SparkSession) -> None:
    known = [(f"{n} is my opinion of it", n % 2, f"film {n // 2}") for n in range(60)]
    test = [("7 IS my opinion of it", 1, None), ("quite another", 0, "film 20"), ("a third", 1, None)]
    split = split_off(_tokenised(spark, known), _tokenised(spark, test))
    sides = _sides(split)
    left_out = {known[n][0] for n in (7, 40, 41)}
    assert {text for text, side in sides.items() if side == TEST} == {row[0] for row in test}
    assert {text for text, side in sides.items() if side == TRAIN} == {row[0] for row in known} - left_out
    assert (split.leaking, split.groups) == (3, 29)
    folds = split.frame.groupBy(SPLIT).agg(F.count_distinct(FOLD).alias("folds")).collect()
    assert {row[SPLIT]: row["folds"] for row in folds} == {TRAIN: FOLDS, TEST: 0}


def test_given_test_rows_that_are_near_one_another_are_one_group(spark: SparkSession) -> None:
    known = [(f"{n} is my opinion of it", n % 2, None) for n in range(60)]
    test = [(f"this is a very fine film about {name}", 1, None) for name in ("bees", "ants")]
    test += [("quite another", 0, "film 20"), ("a third", 1, "film 20"), ("a fourth", 1, None)]
    split = split_off(_tokenised(spark, known), _tokenised(spark, test))
    groups = split.frame.where(F.col(SPLIT) == TEST).groupBy(GROUP).count().collect()
    assert sorted(row["count"] for row in groups) == [1, 2, 2]


def test_what_is_near_a_given_test_row_is_not_trained_on(spark: SparkSession) -> None:
    shared = "This very sentence stands in two reviews that one person wrote about two films in one week."
    known = [(f"{n} is my opinion of it", n % 2, None) for n in range(60)]
    near = [(f"{shared} The first.", 1, None), ("this is a very fine film about bees", 1, None)]
    test = [(f"Another beginning! {shared}", 0, None), ("this is a very poor film about ants", 0, None)]
    split = split_off(_tokenised(spark, [*known, *near]), _tokenised(spark, test))
    assert {text for text, side in _sides(split).items() if side == TRAIN} == {row[0] for row in known}
    assert (split.leaking, split.groups) == (2, 60)
    assert caveats(Cleaning(1062, 0, 0, 0, 0, 0, 1062), groups=1060, leaking=2) == []


def _tokenised(spark: SparkSession, rows: list[tuple[str, int, str | None]]) -> DataFrame:
    frame = spark.createDataFrame(rows, CLEANED)
    return apply(token_stages(default_text_rule()), frame)
