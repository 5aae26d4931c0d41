"""The look at a data set refuses what training would refuse, and says where there is nothing to learn from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from sentiment.errors import DataError
from spark_jobs.cleaning import clean_reviews
from spark_jobs.explore import command
from spark_jobs.exploring.as_html import as_html
from spark_jobs.exploring.as_text import as_text
from spark_jobs.exploring.look import Look, look_at
from spark_jobs.exploring.sections import sections
from spark_jobs.exploring.weak_spots import verdict
from spark_jobs.reading import read_reviews
from tests.spark.conftest import Heard


@pytest.mark.parametrize("texts", [[7, 8], [["a list"], []]])
def test_what_training_would_not_take_as_texts_is_refused(
    spark: SparkSession, tmp_path: Path, texts: list[object]
) -> None:
    pd.DataFrame({"text": texts, "label": [1, 0]}).to_parquet(tmp_path / "texts.parquet")
    with pytest.raises(DataError, match="the column of texts holds "):
        look_at(spark, Look([str(tmp_path)]), Heard())


def test_bytes_that_are_no_text_are_counted_as_training_counts_them(spark: SparkSession, tmp_path: Path) -> None:
    texts, labels, sides = [b"\xe9t\xe9", "été".encode(), b"bon"], [b"\xe9", b"1", b"0"], [b"\xe9", b"\xe9", b"test"]
    pd.DataFrame({"text": texts, "label": labels, "side": sides}).to_parquet(tmp_path / "bytes.parquet")
    found = look_at(spark, Look([str(tmp_path)], split="side"), Heard())
    assert found.cleaning == clean_reviews(read_reviews(spark, [str(tmp_path)]))[1]._asdict()
    assert [example.text for example in found.unknown_labels] == ["\ufffd"]
    assert {part.name for part in found.splits} == {"\ufffd", "test"}


def test_data_without_a_usable_row_is_said_to_teach_nothing(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "film.csv").write_text("text,label\nfine,maybe\n ,1\n")
    found = look_at(spark, Look([str(tmp_path / "film.csv")]), Heard())
    assert verdict(found).startswith("There is nothing to learn from")
    assert as_text(sections(found))
    assert as_html(sections(found), found.inputs)


@pytest.mark.parametrize(
    ("split", "message"),
    [("fold", "no column fold to split by; the columns are text, label, side"), ("label", "has more than 10 values")],
)
def test_a_column_that_is_no_split_is_refused(spark: SparkSession, tmp_path: Path, split: str, message: str) -> None:
    (tmp_path / "film.csv").write_text("text,label,side\n" + "".join(f"film {n},{n},x\n" for n in range(12)))
    with pytest.raises(DataError, match=message):
        look_at(spark, Look([str(tmp_path / "film.csv")], split=split), Heard())


def test_no_file_at_all_is_a_misuse() -> None:
    run = CliRunner().invoke(command, [])
    assert run.exit_code == 2
    assert "name at least one file" in run.output
