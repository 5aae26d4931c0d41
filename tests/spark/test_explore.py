"""The look at a data set counts what is there, says what a score on it means, and shows it to people and programs."""

from __future__ import annotations

import csv
import html
import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from sentiment.reviews import MOST_CHARACTERS
from spark_jobs.cleaning import clean_reviews
from spark_jobs.explore import command
from spark_jobs.exploring.as_html import as_html
from spark_jobs.exploring.as_text import as_text
from spark_jobs.exploring.findings import Bin, Example, Findings, Part, Shared, Side
from spark_jobs.exploring.look import Look, look_at
from spark_jobs.exploring.sections import sections
from spark_jobs.exploring.weak_spots import verdict, weak_spots
from spark_jobs.reading import read_reviews
from tests.spark.conftest import PROJECT, Heard

EXAM = str(PROJECT / "data/reviews_unique.csv")
ENDING = "and the whole of that long evening was spent at the old cinema"
HOSTILE = "\x1b[31m<script>alert(1)</script> \u202ereversed & a <b>bold</b> claim"
NOUNS = ("bee", "ant", "owl", "cat", "dog", "rat", "hen", "cow", "pig", "fox")


def english(number: int, word: str) -> str:
    """Texts that have no sentence of 40 characters in common and differ in their first three words."""
    one, other = NOUNS[number % 10], NOUNS[number // 10]
    return f"{one} {other} {word}. It was the {one} and this is that {other} {number}"


def french(number: int, word: str) -> str:
    one, other = NOUNS[number % 10], NOUNS[number // 10]
    return f"{other} {one} {word}. Le {one} est dans une {other} et {number} pour la {other}"


ROWS = [
    *((english(n, "wonderful"), "1", "train") for n in range(60)),
    *((english(n + 10, "awful"), "0", "train") for n in range(55)),
    *((french(n, "magnifique"), "positif", "train") for n in range(60)),
    *((french(n + 10, "nul"), "négatif", "test") for n in range(55)),
    (english(3, "wonderful"), "1", "test"),  # stands in train, too
    (f"The first half dragged, {ENDING}.", "1", "train"),
    (f"No. The first half dragged, {ENDING}! Again and again they came.", "0", "test"),
    (f"Truly! The first half dragged, {ENDING}. A wonder.", "1", "train"),
    ("One text, two minds about it", "1", "train"),
    ("One text, two minds about it", "0", "train"),
    ("caf\u00e9 &eacute;tait<br />bon", "1", "train"),
    ("no idea", "meh", "train"),
    ("no idea at all", "meh", "train"),
    ("never labelled", "", "test"),
    ("   ", "1", "test"),
    (HOSTILE, "0", "train"),
    ("z" * (MOST_CHARACTERS + 1), "0", "train"),
]


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every kind of trouble, and a column `side`."""
    path = tmp_path_factory.mktemp("explored") / "messy.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label", "side"), *ROWS])
    return path


@pytest.fixture(scope="module")
def found(spark: SparkSession, messy: Path) -> Findings:
    return look_at(spark, Look([str(messy)], split="side"), Heard())


@pytest.fixture(scope="module")
def exam(spark: SparkSession) -> Findings:
    return look_at(spark, Look([EXAM], against=EXAM), Heard())


def test_the_exam_says_that_a_score_on_it_says_little(exam: Findings) -> None:
    assert "its 85 texts come from about 10 templates" in verdict(exam)
    assert verdict(exam).startswith("A score on this data says little")
    said = " ".join(as_text(sections(exam)).split())
    assert "39 of 124 rows are repeats of another row" in said
    assert "124 rows: 0 without a usable label, 0 without text, 39 repeats," in said
    assert exam.templates.groups == len(exam.templates.largest) == 10
    assert sum(each.texts for each in exam.templates.largest) == 85


def test_a_data_set_against_itself_leaks_whole(exam: Findings) -> None:
    [leak] = exam.leaks
    assert (leak.one, leak.other) == (Side("reviews_unique.csv", 85, 85), Side("the data", 85, 85))
    assert leak.exact == 85


def test_the_account_is_the_one_that_training_gives(spark: SparkSession, messy: Path, found: Findings) -> None:
    assert found.cleaning == clean_reviews(read_reviews(spark, [str(messy)]))[1]._asdict()


def test_rows_are_counted_by_file_and_by_side(found: Findings) -> None:
    positive, negative = (sum(label in known for _, label, _ in ROWS) for known in (("1", "positif"), ("0", "négatif")))
    assert found.files == (Part("messy.csv", len(ROWS), positive, negative),)
    sides = Counter(side for _, _, side in ROWS)
    assert {part.name: part.count for part in found.splits} == sides


def test_unknown_labels_are_shown_as_the_file_spells_them(found: Findings) -> None:
    assert found.unknown_labels == (Example("meh", 2), Example("(none)", 1))


def test_repeats_and_texts_under_both_labels_are_shown(found: Findings) -> None:
    assert Example(english(3, "wonderful"), 2) in found.repeats
    assert found.conflicts == (Example("One text, two minds about it", 2),)


def test_languages_have_their_own_counts_and_words(found: Findings) -> None:
    assert {part.name for part in found.languages} >= {"en", "fr"}
    words = {
        telling.language: [
            (term.term, term.positive, term.negative) for term in (*side.positive[:1], *side.negative[:1])
        ]
        for telling in found.telling
        for side in [telling.words]
    }
    assert words == {
        "en": [("wonderful", 60, 0), ("awful", 0, 55)],
        "fr": [("magnifique", 60, 0), ("nul", 0, 55)],
    }


def test_words_that_decide_alone_are_a_weak_spot(found: Findings) -> None:
    assert [
        said for said in weak_spots(found) if "give the class away: “wonderful” nearly always mean positive" in said
    ]


def test_near_copies_are_one_group_with_an_example(found: Findings) -> None:
    largest = found.templates.largest[0]
    assert (largest.texts, largest.positive, largest.negative) == (3, 2, 1)
    assert ENDING in largest.example


def test_every_text_is_in_one_bin_of_the_histogram(found: Findings, exam: Findings) -> None:
    for each in (found, exam):
        assert sum(bin_.positive + bin_.negative for bin_ in each.histogram) == each.cleaning["kept"]
        assert each.histogram[0].low <= each.lengths[0].tokens[0]
    assert exam.histogram[0] == Bin(10, 10, 6, 3)
    assert exam.lengths[0].tokens == (10, 11, 12, 12, 15)


def test_markup_is_counted_and_what_cleaning_leaves_is_told_apart(found: Findings) -> None:
    assert found.changed == 2  # and the blank text, which becomes empty
    shown = {trouble.what: (trouble.rows, trouble.mended) for trouble in found.troubles}
    assert shown == {
        "HTML line breaks": (1, True),
        "HTML entities": (1, True),
        "other HTML tags": (1, False),
        "control characters": (1, False),
        "invisible characters": (1, False),
    }


def test_leaks_between_sides_are_counted_exactly_and_by_shared_sentence(found: Findings) -> None:
    [leak] = found.leaks
    train = len({text for text, _, side in ROWS if side == "train" and len(text) <= MOST_CHARACTERS})
    assert (leak.one, leak.other, leak.exact) == (Side("test", 58, 2), Side("train", train, 3), 1)
    assert leak.examples[0] == Shared(1, 2, f"the first half dragged, {ENDING}")
    assert leak.examples[1].example == english(3, "wonderful")
    assert f"2 of 58 and 3 of {train} texts share a sentence" in weak_spots(found)[0]
    assert "partly a test of memory" in verdict(found)


def test_the_text_fits_a_terminal_and_can_not_steer_it(found: Findings) -> None:
    said = as_text(sections(found))
    assert max(map(len, said.splitlines())) <= 80
    assert all(character.isprintable() for character in said.replace("\n", ""))


def test_the_page_is_whole_alone_and_escapes_what_users_wrote(found: Findings) -> None:
    page = as_html(sections(found), found.inputs)
    assert not re.search(r"<script|<b>|<link|<img|src=|href=|url\(|https?:", page)
    assert html.escape("<script>alert(1)</script>") in page
    assert "prefers-color-scheme: dark" in page
    assert _unclosed(page) == []


def test_the_command_prints_json_and_writes_the_page(spark: SparkSession, messy: Path, tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.html"
    run = CliRunner().invoke(command, [str(messy), "--html", str(page), "--json"], catch_exceptions=False)
    said = json.loads(run.stdout)
    assert (run.exit_code, said["cleaning"]["rows"], said["leaks"]) == (0, len(ROWS), [])
    assert said["verdict"]
    assert [part["name"] for part in said["files"]] == ["messy.csv"]
    assert page.read_text("utf-8").startswith("<!doctype html>")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _unclosed(page: str) -> list[str]:
    tags = _Tags()
    tags.feed(page)
    return tags.open
