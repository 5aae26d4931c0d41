"""Files scored in Spark: every row stays as it is, every answer is the classifier's to the last bit."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from sentiment import Classifier
from sentiment.columns import ANSWER
from sentiment.errors import DataError
from sentiment.reviews import MOST_CHARACTERS
from spark_jobs.score import Counts, Scoring, command, score_files
from tests.spark.conftest import spark_submit

BAD_TEXTS = [None, "", " \u2003\n", "a" * (MOST_CHARACTERS + 1)]


def scored(output: Path) -> pd.DataFrame:
    return pq.read_table(output).to_pandas(types_mapper=pd.ArrowDtype)


def test_answers_are_the_classifiers_and_bad_rows_stay_without_one(
    spark: SparkSession, classifier: Classifier, texts: list[str], tmp_path: Path
) -> None:
    valid = [text for text in texts if text and not text.isspace() and not any("\ud800" <= c < "\ue000" for c in text)]
    table = pa.table(
        {
            "n": range(len(valid) + len(BAD_TEXTS)),
            "text": valid + BAD_TEXTS,
            "Label": ["as it was"] * (len(valid) + len(BAD_TEXTS)),
        }
    )
    pq.write_table(table, tmp_path / "reviews.parquet")
    counts = score_files(spark, Scoring([str(tmp_path / "reviews.parquet")], str(tmp_path / "out")), classifier)

    found = scored(tmp_path / "out").sort_values("n")
    assert list(found.columns) == ["n", "text", "Label", "predicted_label", *list(ANSWER)[1:]]
    assert found["text"].tolist()[: len(valid)] == valid
    assert set(found["Label"]) == {"as it was"}
    good, bad = found[: len(valid)], found[len(valid) :]
    given = list(classifier.predict(valid))
    assert good["predicted_label"].tolist() == [each.label for each in given]
    assert good["probability"].tolist() == [each.probability for each in given]
    assert good["confidence"].tolist() == [each.confidence for each in given]
    assert good["needs_review"].tolist() == [each.needs_review for each in given]
    assert set(good["model_version"]) == {classifier.version}
    assert bad[list(found.columns)[3:]].isna().all(axis=None)
    positive = sum(each.sentiment for each in given)
    review = sum(each.needs_review for each in given)
    undecoded = sum("\ufffd" in text for text in valid)
    assert counts == Counts(len(found), positive, len(given) - positive, review, undecoded)
    assert counts.bad_rows == len(BAD_TEXTS)


def test_bytes_that_are_no_text_are_a_bad_row(spark: SparkSession, classifier: Classifier, tmp_path: Path) -> None:
    stored = pa.array([b"a fine film", b"a fin\xff film"], pa.binary())
    pq.write_table(pa.table({"n": [1, 2], "text": stored.view(pa.string())}), tmp_path / "strings.parquet")
    pq.write_table(pa.table({"n": [3, 4], "text": stored}), tmp_path / "bytes.parquet")
    counts = score_files(spark, Scoring([str(tmp_path / "*.parquet")], str(tmp_path / "out")), classifier)
    assert (counts.rows, counts.bad_rows) == (4, 2)
    found = pq.read_table(tmp_path / "out", columns=["n", "probability"]).sort_by("n").to_pylist()
    p = classifier.predict(["a fine film"])[0].probability
    assert [row["probability"] for row in found] == [p, None, p, None]


def test_inputs_of_several_shapes_go_into_one_output(
    spark: SparkSession, classifier: Classifier, tmp_path: Path
) -> None:
    (tmp_path / "one.csv").write_text('id,review\n1,"so ""good"",\ntruly"\n2,\n')
    (tmp_path / "two.jsonl").write_text('{"text": "dull", "stars": 1.5, "probability": 3}\n{"text": null}\n')
    inputs = [str(tmp_path / name) for name in ("one.csv", "two.jsonl")]
    counts = score_files(spark, Scoring(inputs, str(tmp_path / "out"), format="json"), classifier)
    assert (counts.rows, counts.bad_rows) == (4, 2)
    found = [json.loads(line) for part in (tmp_path / "out").glob("*.json") for line in part.read_text().splitlines()]
    assert {tuple(sorted(row)) for row in found} == {
        tuple(
            sorted(
                [
                    "id",
                    "review",
                    "text",
                    "stars",
                    "probability",
                    "predicted_probability",
                    *set(ANSWER) - {"probability"},
                ]
            )
        )
    }
    by_text = {row["review"] or row["text"]: row for row in found if row["label"]}
    assert by_text['so "good",\ntruly']["id"] == "1"
    assert by_text["dull"]["stars"] == 1.5
    for text, row in by_text.items():
        assert row["predicted_probability"] == classifier.predict([text])[0].probability


def test_the_columns_of_a_partitioned_data_set_stay(
    spark: SparkSession, classifier: Classifier, tmp_path: Path
) -> None:
    reviews = spark.createDataFrame([("fine", "007", "fr"), ("dull", "8", "en")], "text string, id string, lang string")
    reviews.write.partitionBy("lang", "id").parquet(str(tmp_path / "in"))
    score_files(spark, Scoring([str(tmp_path / "in")], str(tmp_path / "out")), classifier)
    found = pq.read_table(tmp_path / "out").sort_by("id").to_pylist()
    assert [(row["text"], row["id"], row["lang"]) for row in found] == [("fine", "007", "fr"), ("dull", "8", "en")]


def test_what_is_of_several_types_stays_as_it_stands(
    spark: SparkSession, classifier: Classifier, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text("ID,text,`x`\n007,fine,a\ntt01,dull,b\n1\n")
    (tmp_path / "in.jsonl").write_text('{"text": "fine", "id": 8}\n{"text": "dull", "id": 9}\n')
    inputs = [str(tmp_path / name) for name in ("in.csv", "in.jsonl")]
    counts = score_files(spark, Scoring(inputs, str(tmp_path / "out")), classifier)
    assert (counts.rows, counts.bad_rows) == (5, 1)
    found = pq.read_table(tmp_path / "out")
    assert sorted(found["ID"].to_pylist()) == ["007", "1", "8", "9", "tt01"]
    assert found.column_names == ["ID", "text", "`x`", *ANSWER]


def test_rows_that_can_not_be_taken_apart_stand_whole_and_have_no_answer(
    spark: SparkSession, classifier: Classifier, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text("id;text\n1;good; but long\n2;fine\n3\n")
    (tmp_path / "in.jsonl").write_text('{"text": "dull", "id": "4"}\n{"text": "cut o\n')
    inputs = [str(tmp_path / name) for name in ("in.csv", "in.jsonl")]
    counts = score_files(spark, Scoring(inputs, str(tmp_path / "out")), classifier)
    assert (counts.rows, counts.bad_rows) == (5, 3)
    found = pq.read_table(tmp_path / "out").to_pylist()
    assert {row["text"] for row in found if row["label"]} == {"fine", "dull"}
    assert {row["text"] for row in found if not row["label"]} == {"1;good; but long", "3", '{"text": "cut o'}
    assert "_corrupt_record" not in found[0]


def test_texts_that_were_misread_are_counted(spark: SparkSession, classifier: Classifier, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes("text,label\nPas très réussi,0\nNul,0\n".encode("latin-1"))
    counts = score_files(spark, Scoring([str(tmp_path / "in.csv")], str(tmp_path / "out")), classifier)
    assert (counts.rows, counts.undecoded) == (2, 1)


def test_the_command_writes_csv_that_can_be_read_again(
    spark: SparkSession, classifier: Classifier, tmp_path: Path
) -> None:
    rows = [["1", 'a "fine", film\nindeed'], ["2", "dull\\"], ["3", ""]]
    with (tmp_path / "in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["id", "text"], *rows])
    names = ("--input", tmp_path / "in.csv", "--output", tmp_path / "out", "--model", classifier.path)
    run = CliRunner().invoke(command, [*map(str, names), "--format", "csv", "--json"])
    assert run.exit_code == 1  # one row is bad
    said = json.loads(run.stdout)
    (part,) = (tmp_path / "out").glob("*.csv")
    with part.open(newline="") as file:
        found = sorted(csv.reader(file))
    assert [row[:2] for row in found] == [*rows, ["id", "text"]]
    assert found[-1][2:] == list(ANSWER)
    given = classifier.predict([rows[0][1], rows[1][1]])
    assert [float(row[3]) for row in found[:2]] == [each.probability for each in given]
    positive, review = sum(each.sentiment for each in given), sum(each.needs_review for each in given)
    counted = {"positive": positive, "negative": 2 - positive, "needs_review": review}
    assert said == {"rows": 3, "bad_rows": 1, "undecoded": 0, **counted}
    assert found[2][2:] == [""] * len(ANSWER)


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("title\na\n", {}, "text column not found: looked for text, review,"),
        ("text\na\n", {"text": "body"}, "text column not found: looked for body; the columns are text"),
        ("text\na\n", {"output": "."}, "is there already: name another --output, or remove it"),
    ],
)
def test_what_can_not_be_done_is_refused(
    spark: SparkSession, classifier: Classifier, tmp_path: Path, content: str, options: dict[str, str], message: str
) -> None:
    (tmp_path / "in.csv").write_text(content)
    output = str(tmp_path / options.pop("output", "out"))
    with pytest.raises(DataError, match=message):
        score_files(spark, Scoring([str(tmp_path / "in.csv")], output, **options), classifier)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


def test_numbers_are_no_texts(spark: SparkSession, classifier: Classifier, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": 8}\n')
    with pytest.raises(DataError, match="the column of texts holds long: name another one with --text"):
        score_files(spark, Scoring([str(tmp_path / "in.jsonl")], str(tmp_path / "out")), classifier)


def test_a_file_that_is_damaged_further_on_is_refused_in_one_line(
    spark: SparkSession, classifier: Classifier, tmp_path: Path
) -> None:
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"text": [f"film {n}" * 20 for n in range(20_000)]}), path, use_dictionary=False)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = b"\xff" * 2000
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"in\.parquet can't be classified into .*in\.parquet") as caught:
        score_files(spark, Scoring([str(path)], str(tmp_path / "out")), classifier)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "out").glob("part-*"))


def test_white_space_stays_in_csv(spark: SparkSession, classifier: Classifier, tmp_path: Path) -> None:
    row = {"id": " 7 ", "text": "  a good film\u00a0\t "}
    (tmp_path / "in.jsonl").write_text(json.dumps(row))
    score_files(spark, Scoring([str(tmp_path / "in.jsonl")], str(tmp_path / "out"), format="csv"), classifier)
    (part,) = (tmp_path / "out").glob("*.csv")
    with part.open(newline="") as file:
        (found,) = csv.DictReader(file)
    assert {name: found[name] for name in row} == row


def test_executors_of_their_own_get_the_model_with_the_job(
    java_home: Path, classifier: Classifier, reviews: Path, tmp_path: Path
) -> None:
    """Two executors, each a JVM with Python workers of its own, as on a cluster."""
    held = pd.read_parquet(reviews)
    places = ("--input", reviews, "--output", tmp_path / "out", "--model", classifier.path)
    run = spark_submit("--master", "local-cluster[2,1,1024]", "spark_jobs/score.py", *map(str, places))
    assert run.returncode == 0, run.stderr
    assert f"{len(held):,} rows classified" in run.stdout
    found = pq.read_table(tmp_path / "out").to_pydict()
    expected = {
        text: answer.probability
        for text, answer in zip(held["review"], classifier.predict(held["review"]), strict=True)
    }
    assert dict(zip(found["review"], found["probability"], strict=True)) == expected
