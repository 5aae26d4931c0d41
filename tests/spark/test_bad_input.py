"""What can't be read or learned from is refused in one line that says what was expected."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from sentiment.errors import DataError, SettingError
from spark_jobs import explore
from spark_jobs.reading import Columns, read_reviews
from spark_jobs.session import start_session
from spark_jobs.train_model import Training, train
from tests.spark.conftest import PROJECT, Heard

ONE_CLASS = "text,label\n" + "".join(f"film number {n} was a delight to watch,1\n" for n in range(30))
THREE_ROWS = "text,label\nfine,1\nawful,0\nsuperb,1\n"
TEMPLATES = "text,label\n" + "".join(
    f"this is a very {word} film about {name},{label}\n"
    for name in ("bees", "ants", "owls", "cats", "dogs", "rats", "hens", "cows", "pigs", "mice", "foxes")
    for word, label in (("fine", 1), ("poor", 0))
)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("film.xml", "<review/>", r"holds no file that ends with \.csv, \.tsv, \.json, \.jsonl, \.ndjson, \.parquet"),
        (
            "film.csv",
            "title,label\na,1\n",
            r"text column not found: looked for text, review, .*columns are title, label",
        ),
        (
            "film.csv",
            "text,stars\na,1\n",
            r"label column not found: looked for label, .*columns are text, stars; name it",
        ),
        ("film.csv", "text;label;label\na;1;1\n", r"film\.csv: there are two columns 'label': rename one of them"),
        ("film.jsonl", "not json\n", r"text column not found, nor any other: JSON must have one object on each line"),
        ("film.json", '[\n {"text": "a",\n  "label": 1}\n]\n', r"nor any other: JSON must have one object on each"),
        ("film.parquet", "not Parquet", r"film\.parquet can't be read"),
        ("film.csv", "", r"film\.csv is empty"),
        ("film.jsonl", '{"text": ["a"], "label": 1}\n', r"the column of texts holds array: name another one"),
        ("film.json", '{"text": {"0": "a", "1": "b"}, "label": {"0": 1}}\n', r"the column of texts holds struct: name"),
        ("film.csv", "t\0e\0x\0t\0", r"film\.csv is no CSV in UTF-8: save it as UTF-8"),
        ("film.csv.gz", "not gzip", r"film\.csv\.gz can't be read"),
    ],
)
def test_a_file_that_holds_no_labelled_reviews_is_refused(
    spark: SparkSession, tmp_path: Path, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content)
    _assert_refused(lambda: read_reviews(spark, [str(tmp_path / name)]), rf"{name}.*{message}|{message}")


@pytest.mark.parametrize("entry", ["/no/such/file.csv", "file:///no/such/folder", "nowhere://bucket/file.csv", ""])
def test_a_place_that_can_not_be_read_is_refused(spark: SparkSession, entry: str) -> None:
    _assert_refused(lambda: read_reviews(spark, [entry]), "can't be read")


@pytest.mark.parametrize(("damaged", "lines", "refused"), [(5, 3, True), (5, 600, False), (4, 3, False)])
def test_a_file_of_another_encoding_is_refused_and_a_few_damaged_lines_are_not(
    spark: SparkSession, tmp_path: Path, damaged: int, lines: int, refused: bool
) -> None:
    rows = "text;label\n" + "une merveille, étonnante;1\n" * damaged + "a film;1\n" * lines
    (tmp_path / "film.csv").write_bytes(rows.encode("cp1252"))
    if refused:
        _assert_refused(lambda: read_reviews(spark, [str(tmp_path)]), r"film\.csv is no CSV in UTF-8: save it as UTF-8")
    else:
        assert read_reviews(spark, [str(tmp_path)]).count() == lines + damaged


@pytest.mark.parametrize("memory", ["4x", "4", "100m", "2 g", ""])
def test_memory_that_java_would_refuse_is_refused_before_it_starts(
    memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    with pytest.raises(
        SettingError, match=f"--memory {memory}: expected a number and m or g, as 2g, and 512m at least"
    ):
        start_session("tests", memory)


def test_test_rows_that_are_the_training_rows_are_said_to_be(spark: SparkSession, tmp_path: Path) -> None:
    exam = str(PROJECT / "data/reviews_unique.csv")
    training = Training([exam], tmp_path / "models", [exam])
    _assert_refused(
        lambda: train(spark, training, Heard()), "of 85 rows, 85 are near a test row, .* no more than 0 texts"
    )


def test_a_column_that_is_named_but_not_there_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "film.csv").write_text("text,label\na,1\n")
    given = Columns(text="synopsis")
    _assert_refused(
        lambda: read_reviews(spark, [str(tmp_path / "film.csv")], given), "looked for synopsis; the columns"
    )


def test_a_film_column_that_no_input_has_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    training = Training([str(PROJECT / "data/reviews_unique.csv")], tmp_path / "models", columns=Columns(film="titel"))
    _assert_refused(lambda: train(spark, training, Heard()), "no review has a film in a column titel: --film must")


def test_test_rows_without_the_film_column_are_refused(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text,label,film\n" + "".join(f"opinion {n},{n % 2},{n}\n" for n in range(40)))
    (tmp_path / "test.csv").write_text("text,label\na fine film,1\na poor film,0\n")
    inputs, tests = ([str(tmp_path / name)] for name in ("in.csv", "test.csv"))
    training = Training(inputs, tmp_path / "models", tests, Columns(film="film"))
    _assert_refused(
        lambda: train(spark, training, Heard()), "no row to test on has a film in a column film: --film must"
    )


def test_test_rows_without_a_usable_label_are_refused_before_training(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "stars.csv").write_text("text,label\na fine film,5\na poor film,2\n")
    tests = [str(tmp_path / "stars.csv")]
    training = Training([str(PROJECT / "data/reviews_unique.csv")], tmp_path / "models", tests)
    _assert_refused(
        lambda: train(spark, training, Heard()), r"stars\.csv: no row is left to test on \(2 rows: 2 without"
    )
    assert not (tmp_path / "models").exists()


STARS = "text,label\n" + "".join(f"film number {n},{n % 5 + 1}\n" for n in range(50))


def test_stars_are_not_taken_for_labels(spark: SparkSession, tmp_path: Path) -> None:
    stars, labelled = tmp_path / "stars.csv", PROJECT / "data/reviews_unique.csv"
    stars.write_text(STARS)
    for source, *tests in ((stars,), (labelled, stars)):
        training = Training([str(source)], tmp_path / "models", list(map(str, tests)))
        _assert_refused(
            partial(train, spark, training, Heard()), r"stars\.csv: the labels are a scale, with 1, 2, 3, 4, 5"
        )


def test_labels_that_are_not_known_are_named(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\na,good\nb,good\nc,bad\nd,\ne,1\n" + "f,1\n" * 200)
    say = Heard()
    with pytest.raises(DataError, match="only positive reviews are left"):
        train(spark, Training([str(tmp_path / "a.csv")], tmp_path / "models"), say)
    assert say.messages[-1] == (
        "warning: 4 of 205 rows have no label that is known and are left out: good (2), bad (1); "
        "known are 1, 1.0, true, positive, positif, pos and 0, 0.0, false, negative, negatif, négatif, neg"
    )


def test_a_place_where_no_model_can_be_put_is_refused_before_anything_is_read(
    spark: SparkSession, tmp_path: Path
) -> None:
    (tmp_path / "models").write_text("a file")
    say = Heard()
    with pytest.raises(SettingError, match=r"no model can be put into .*models/mine: .*models is no folder"):
        train(spark, Training(["/no/such/file.csv"], tmp_path / "models" / "mine"), say)
    assert say.messages == []


@pytest.mark.parametrize("name", ["current", "previous"])
def test_the_folder_of_another_program_is_left_alone(spark: SparkSession, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / name).write_bytes(b"\xff not ours")
    (tmp_path / "folder" / name).mkdir(parents=True)
    for models in (tmp_path / "file", tmp_path / "folder"):
        with pytest.raises(SettingError, match=rf"{models} is no folder of models"):
            train(spark, Training(["/no/such/file.csv"], models), Heard())


def test_a_place_where_no_test_rows_can_be_put_is_refused_before_anything_is_read(
    spark: SparkSession, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("a file")
    say = Heard()
    for held_out, message in (
        (tmp_path, r"no test rows can be written to .*: it is no file"),
        (tmp_path / "file" / "rows.jsonl", r"no test rows can be put into .*file: .*file is no folder"),
    ):
        with pytest.raises(SettingError, match=message):
            train(spark, Training(["/no/such/file.csv"], tmp_path / "models", held_out=held_out), say)
    assert say.messages == []


def test_a_place_where_no_page_can_be_put_is_refused_before_spark_starts(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    arguments = ["/no/such/file.csv", "--html", str(tmp_path / "file" / "page.html")]
    run = CliRunner().invoke(explore.command, arguments)
    assert isinstance(run.exception, SettingError)
    assert "no page can be put into" in str(run.exception)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,label\n", "no review is left after cleaning: training needs both classes"),
        (THREE_ROWS, r"3 reviews are left after cleaning \(2 positive, 1 negative\): .* at least 10 of each"),
        (TEMPLATES, r"the positive reviews are near-copies of no more than \d texts"),
    ],
)
def test_too_few_reviews_are_refused(spark: SparkSession, tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "film.csv").write_text(content)
    training = Training([str(tmp_path / "film.csv")], tmp_path / "models")
    _assert_refused(lambda: train(spark, training, Heard()), message)
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"sentiment: \S+film\.csv can't be read: no such file or folder .*"),
        (ONE_CLASS, r"sentiment: only positive reviews are left after cleaning: training needs both classes .*"),
    ],
)
def test_the_command_ends_with_one_line_and_exit_code_1(
    java_home: Path, tmp_path: Path, content: str | None, message: str
) -> None:
    if content:
        (tmp_path / "film.csv").write_text(content)
    command = [sys.executable, "-m", "cli", "train", "--input", str(tmp_path / "film.csv")]
    command += ["--output", str(tmp_path / "models"), "--memory", "1g"]
    run = subprocess.run(command, check=False, cwd=PROJECT, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (1, "")
    after_progress = re.split(r"^\[ *\d+ s\] .*\n", run.stderr, flags=re.MULTILINE)[-1]
    assert re.fullmatch(message + r"\n", after_progress), run.stderr
    assert not (tmp_path / "models").exists()


def _assert_refused(action: Callable[[], object], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        action()
    assert "\n" not in str(caught.value)
