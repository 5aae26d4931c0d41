"""`sentiment predict` of a file: every row comes back, good ones with the model's own answer."""

from __future__ import annotations

import csv
import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import cli.scoring
from cli.figures import Figures
from sentiment import Classifier
from sentiment.errors import DataError, SettingError
from tests.unit.cli.predicting import run

ANSWER = ["label", "probability", "confidence", "needs_review", "model_version"]


def read_csv(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def write(path: Path, content: str) -> Path:
    path.write_bytes(content.encode())
    return path


def test_a_csv_comes_back_with_its_columns_and_the_answers(model: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", 'id;Review;film\n7;"great, ""so"" good\n!";"a\rb"\n8;awful;é\n')
    result = run(model, "--input", source, "--output", tmp_path / "out.csv")
    first, second = read_csv(tmp_path / "out.csv")
    assert list(first) == ["id", "Review", "film", *ANSWER]
    assert (first["id"], first["Review"], first["film"]) == ("7", 'great, "so" good\n!', "a\rb")
    answers = Classifier.load(model).predict([first["Review"], "awful"])
    assert [float(row["probability"]) for row in (first, second)] == answers.probability.tolist()
    assert [row["label"] for row in (first, second)] == ["positive", "negative"]
    assert (second["needs_review"], second["model_version"]) == ("false", "tiny-1")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "2 rows classified: 1 positive, 1 negative" in result.stdout


def test_a_column_that_the_file_has_already_is_prefixed_until_it_is_free(model: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", "text,Label,label,predicted_label,confidence\ngood,a,b,c,d\n")
    run(model, "--input", source, "--output", tmp_path / "out.csv")
    (row,) = read_csv(tmp_path / "out.csv")
    assert (row["Label"], row["label"], row["predicted_label"], row["confidence"]) == ("a", "b", "c", "d")
    assert list(row)[5:] == ["predicted_predicted_label", "probability", "predicted_confidence", *ANSWER[3:]]
    assert row["predicted_predicted_label"] == "positive"


def test_an_output_can_be_scored_again(model: Path, tmp_path: Path) -> None:
    first = write(tmp_path / "a.tsv", "text\tid\ngood\t1\n")
    run(model, "--input", first, "--output", tmp_path / "b.tsv")
    assert (tmp_path / "b.tsv").read_text().splitlines()[0] == "\t".join(["text", "id", *ANSWER])
    run(model, "--input", tmp_path / "b.tsv", "--output", tmp_path / "c.csv")
    (row,) = read_csv(tmp_path / "c.csv")
    assert (row["label"], row["predicted_label"], row["id"]) == ("positive", "positive", "1")


def test_bad_rows_keep_their_place_without_an_answer_and_are_named(model: Path, tmp_path: Path) -> None:
    lines = ['{"id": 1, "text": "good"}', '{"id": 2, "text": "cut', '{"id": 3}', '{"id": 4, "text": 5}']
    lines += ['{"id": 5, "text": null}', '{"id": 6, "text": " "}', json.dumps({"id": 7, "text": "a" * 100_001})]
    source = write(tmp_path / "in.jsonl", "\n".join([*lines, '{"id": 8, "text": "bad"}']))
    result = run(model, "--input", source, "--output", tmp_path / "out.jsonl", "--json")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row.get("id") for row in rows] == [1, None, 3, 4, 5, 6, 7, 8]
    assert [row["label"] for row in rows] == ["positive", *[None] * 6, "negative"]
    assert rows[1]["text"] == lines[1]
    assert all(row[name] is None for row in rows[1:7] for name in ANSWER)
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"n": 2, "bad_rows": 6, "positive": 1, "needs_review": 0}
    told = result.stderr.splitlines()
    assert [line.split(":")[0] for line in told] == [f"row {number}" for number in range(2, 8)]
    assert told[0].startswith("row 2: line 2: ")
    assert told[2:] == [
        "row 4: text is not a string",
        "row 5: text is missing",
        "row 6: text is empty or white space",
        "row 7: text has 100001 characters, the most is 100000",
    ]


def test_only_the_first_ten_bad_rows_are_named(model: Path, tmp_path: Path) -> None:
    result = run(model, "--input", write(tmp_path / "in.csv", "text,id\n" + ",1\n" * 1234))
    told = result.stderr.splitlines()
    assert (len(told), told[-1]) == (11, "and 1,224 more rows that can't be classified")


def test_one_row_is_no_rows(model: Path, tmp_path: Path) -> None:
    result = run(model, "--input", write(tmp_path / "in.csv", "text,id\ngood and bad,1\n" + ",1\n" * 11))
    assert result.stdout == (
        "1 row classified: 0 positive, 1 negative\n1 of them needs review; 11 rows could not be classified\n"
    )
    assert result.stderr.endswith("\nand 1 more row that can't be classified\n")
    assert "; 1 row could not" in run(model, "--input", write(tmp_path / "in.csv", "text,id\n,1\n")).stdout


def test_a_row_of_a_csv_with_too_few_fields_is_kept(model: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", "id,text\n1,good\n2\n3,bad\n")
    result = run(model, "--input", source, "--output", tmp_path / "out.csv")
    assert [(row["id"], row["label"]) for row in read_csv(tmp_path / "out.csv")] == [
        ("1", "positive"),
        ("2", ""),
        ("3", "negative"),
    ]
    assert (result.exit_code, result.stderr) == (1, "row 2: line 3: 1 fields, but the header has 2\n")
    assert "2 rows classified: 1 positive, 1 negative" in result.stdout


def test_batches_do_not_show(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write(tmp_path / "in.csv", "id,text\n" + "".join(f"{i},{'good' if i % 3 else ''}\n" for i in range(20)))
    run(model, "--input", source, "--output", tmp_path / "whole.csv")
    monkeypatch.setattr(cli.scoring, "BATCH", 3)
    run(model, "--input", source, "--output", tmp_path / "parts.csv")
    assert (tmp_path / "parts.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_parquet_keeps_its_types(model: Path, tmp_path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = arrow.table({"n": arrow.array([1, 2], arrow.int8()), "review": ["great", None], "tags": [["a"], []]})
    parquet.write_table(table, tmp_path / "in.parquet")
    result = run(model, "--input", tmp_path / "in.parquet", "--output", tmp_path / "out.parquet")
    out = parquet.read_table(tmp_path / "out.parquet")
    assert out.select(table.column_names).equals(table)
    assert out.select(ANSWER[:1] + ANSWER[3:]).to_pylist() == [
        {"label": "positive", "needs_review": False, "model_version": "tiny-1"},
        {"label": None, "needs_review": None, "model_version": None},
    ]
    assert (out.schema.field("probability").type, result.exit_code) == (arrow.float64(), 1)


def test_numbers_that_json_has_not_are_named_in_csv(model: Path, tmp_path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = arrow.table({"text": ["great"] * 4, "x": [float("nan"), float("-inf"), 1e-5, None]})
    parquet.write_table(table, tmp_path / "IN.PARQUET")
    run(model, "--input", tmp_path / "IN.PARQUET", "--output", tmp_path / "OUT.CSV")
    assert [row["x"] for row in read_csv(tmp_path / "OUT.CSV")] == ["nan", "-inf", "0.00001", ""]


@pytest.mark.parametrize("output", ["out.jsonl", "out.csv"])
def test_a_time_to_the_nanosecond_as_pandas_has_it_can_be_written(model: Path, tmp_path: Path, output: str) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = arrow.table({"text": ["great"], "at": arrow.array([1_700_000_000_000_000_000], arrow.timestamp("ns"))})
    parquet.write_table(table, tmp_path / "in.parquet")
    run(model, "--input", tmp_path / "in.parquet", "--output", tmp_path / output)
    assert "2023-11-14 22:13:20" in (tmp_path / output).read_text()


def test_a_date_that_python_has_not_is_refused_with_the_file(model: Path, tmp_path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = arrow.table({"text": ["great"], "d": arrow.array([10_000_000], arrow.int32()).cast(arrow.date32())})
    parquet.write_table(table, tmp_path / "in.parquet")
    with pytest.raises(DataError, match=r"in\.parquet: date value out of range"):
        run(model, "--input", tmp_path / "in.parquet")


def test_other_inputs_become_strings_in_parquet(model: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    source = write(tmp_path / "in.jsonl", '{"id": 1, "text": "good"}\n{"id": "b", "text": "bad", "tags": [1, true]}\n')
    run(model, "--input", source, "--output", tmp_path / "out.parquet")
    rows = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [(row["id"], row["tags"], row["label"]) for row in rows] == [
        ("1", None, "positive"),
        ("b", "[1,true]", "negative"),
    ]


LABELLED = "avis,truth\nA great film and it is good,1\nThis is awful and the end is bad,0.0\n"
FRENCH = "Un film très good, Positif \nLe film est nul et que de pas,négatif\nUne merveille et good pour le,0\n"


def test_labels_give_the_scores_overall_and_by_language(model: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", LABELLED + FRENCH + "good,maybe\n")
    result = run(model, "--input", source, "--label", "TRUTH", "--json")
    told = json.loads(result.stdout)
    assert (told["n"], told["bad_rows"], told["unlabelled"], result.exit_code) == (5, 0, 1, 0)
    assert told["accuracy"] == pytest.approx(4 / 5)
    assert told["confusion"] == {"true_negative": 2, "false_positive": 1, "false_negative": 0, "true_positive": 2}
    assert {"f1", "roc_auc", "brier", "ece"} <= told.keys()
    assert {name: scores["n"] for name, scores in told["by_language"].items()} == {"en": 2, "fr": 3}
    table = run(model, "--input", source, "--label", "truth").stdout
    assert "left out of these figures: 1 row without a known label\n" in table
    assert [line.split()[:2] for line in table.splitlines()[-3:]] == [["all", "5"], ["en", "2"], ["fr", "3"]]


def test_one_language_has_no_scores_of_its_own_and_one_class_no_precision(model: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", '{"text": "this is good", "ok": true}\n{"text": "that is bad", "ok": 1}\n')
    told = json.loads(run(model, "--input", source, "--label", "ok", "--json").stdout)
    assert "by_language" not in told
    assert (told["accuracy"], told["precision"], told["f1"], told["roc_auc"]) == (0.5, None, None, None)
    table = run(model, "--input", source, "--label", "ok").stdout
    assert table.splitlines()[-1].split()[:7] == ["all", "2", "0.5000", *["n/a"] * 4]


def test_labels_that_are_all_unknown_are_an_error_once_the_output_is_there(model: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", "text,stars\ngood,4\n")
    with pytest.raises(DataError, match=r"no classified row has a known label in stars: expected one of 1,.*, found 4"):
        run(model, "--input", source, "--output", tmp_path / "out.csv", "--label", "stars")
    assert len(read_csv(tmp_path / "out.csv")) == 1


def test_labels_that_are_no_labels_are_named_in_short_and_do_not_command_the_terminal(
    model: Path, tmp_path: Path
) -> None:
    source = write(tmp_path / "in.csv", "text,label\ngood,\x1b[2J" + "x" * 10_000 + "\n")
    with pytest.raises(DataError, match=r"found \\x1b\[2Jx+$") as refused:
        run(model, "--input", source, "--label", "label")
    assert len(str(refused.value)) < 500


def test_no_scores_are_made_of_stars(model: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", "text,stars\ngood,5\nbad,1\ngood,4\n")
    with pytest.raises(DataError, match=r"in\.csv, column stars: the labels are a scale, with 1, 4, 5 on it"):
        run(model, "--input", source, "--label", "stars")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--label", "nothing"], "there is no column nothing; there are id, text"),
        (["--text", "nothing"], "expected nothing; there are id, text"),
    ],
)
def test_a_column_that_is_not_there_is_named(model: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    with pytest.raises(DataError, match=said):
        run(model, "--input", write(tmp_path / "in.csv", "id,text\n1,good\n"), *arguments)


@pytest.mark.parametrize("arguments", [["--output", "a.csv"], ["--label", "b"], ["good", "--input", "a.csv"]])
def test_flags_that_do_not_go_together_are_misuse(model: Path, arguments: list[str]) -> None:
    result = run(model, *arguments, stdin="")
    assert result.exit_code == 2
    assert "--input" in result.stderr


@pytest.mark.parametrize("output", ["out.xlsx", "nowhere/out.csv"])
def test_an_output_that_can_not_be_written_is_a_wrong_setting(model: Path, tmp_path: Path, output: str) -> None:
    source = write(tmp_path / "in.csv", "text\ngood\n")
    with pytest.raises(SettingError, match=output):
        run(model, "--input", source, "--output", tmp_path / output)


@pytest.mark.parametrize("output", ["in.csv", "folder/../in.csv", "folder/link.csv"])
def test_a_file_does_not_take_its_own_input_s_place(model: Path, tmp_path: Path, output: str) -> None:
    source = write(tmp_path / "in.csv", "text\ngood\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link.csv").symlink_to(source)
    for given, to in ((source, tmp_path / output), (tmp_path / output, source)):
        with pytest.raises(SettingError, match="is the input itself: name another file by --output"):
            run(model, "--input", given, "--output", to)
    assert source.read_text() == "text\ngood\n"


def test_parquet_without_pyarrow_names_what_to_install(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    source = write(tmp_path / "in.csv", "text\ngood\n")
    with pytest.raises(SettingError, match=r"pip install '.\[train\]'"):
        run(model, "--input", source, "--output", tmp_path / "out.parquet")


def test_a_run_that_breaks_leaves_what_was_there(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("broken")

    source = write(tmp_path / "in.csv", "text\n" + "good\n" * 5)
    output = write(tmp_path / "out.csv", "from before\n")
    monkeypatch.setattr(Figures, "add", broken)  # when the first rows are written
    with pytest.raises(RuntimeError):
        run(model, "--input", source, "--output", output)
    assert output.read_text() == "from before\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_a_compressed_file_is_read_as_if_it_were_not(model: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(b"id,text\n7,good\n"))
    result = run(model, "--input", tmp_path / "in.csv.gz", "--output", tmp_path / "out.csv")
    assert [(row["id"], row["label"]) for row in read_csv(tmp_path / "out.csv")] == [("7", "positive")]
    assert "1 row classified" in result.stdout


def test_a_file_without_rows_gives_its_columns(model: Path, tmp_path: Path) -> None:
    result = run(model, "--input", write(tmp_path / "in.csv", "id,text\n"), "--output", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == ",".join(["id", "text", *ANSWER]) + "\n"
    assert result.exit_code == 0
