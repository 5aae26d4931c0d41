"""Labelled reviews are found in CSV, JSON lines and Parquet, wherever the columns are and however labels are spelt."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession
from pyspark.testing import assertDataFrameEqual

from spark_jobs.columns import FILM, LABEL, SOURCE, TEXT
from spark_jobs.files import tables
from spark_jobs.reading import Columns, read_reviews

ROWS = [
    ('Bien joué, "bravo" !\nDeux lignes', 1),
    ("awful; a back\\slash, 'quotes' and  spaces ", 0),
    ("日本語 😀 nul\x00byte", 1),
]
STANDARD = f"{TEXT} string, {LABEL} int, {FILM} string, {SOURCE} string"


def as_csv(rows: list[tuple[str, int]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([("text", "label"), *rows])
    return written.getvalue().encode()


def as_json_lines(rows: list[tuple[str, int]]) -> bytes:
    return "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows).encode()


def as_parquet(rows: list[tuple[str, int]]) -> bytes:
    return bytes(pd.DataFrame(rows, columns=["text", "label"]).to_parquet(index=False))


def read(spark: SparkSession, *inputs: str, named: Columns | None = None) -> list[tuple[str, int]]:
    frame = read_reviews(spark, inputs, named or Columns())
    return sorted((row[TEXT], row[LABEL]) for row in frame.collect())


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("reviews.csv", as_csv),
        ("REVIEWS.CSV", as_csv),
        ("reviews.csv.gz", lambda rows: gzip.compress(as_csv(rows))),
        ("bom.csv", lambda rows: b"\xef\xbb\xbf" + as_csv(rows)),
        ("reviews.jsonl", as_json_lines),
        ("reviews.json.gz", lambda rows: gzip.compress(as_json_lines(rows))),
        ("bom.ndjson", lambda rows: b"\xef\xbb\xbf" + as_json_lines(rows)),
        ("mes avis été.parquet", as_parquet),
        ("reviews.csv.parquet", as_parquet),
        ("reviews.json.csv", as_csv),
    ],
)
def test_every_format_gives_the_same_rows(
    spark: SparkSession, tmp_path: Path, name: str, write: Callable[[list[tuple[str, int]]], bytes]
) -> None:
    (tmp_path / name).write_bytes(write(ROWS))
    entry = str(tmp_path / name)
    expected = spark.createDataFrame([(*row, None, entry) for row in ROWS], STANDARD)
    assertDataFrameEqual(read_reviews(spark, [entry]), expected)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "label,text\n1,A fine film, wonderful and moving\n0,Dull\n1\n"),
        ("a.csv", "label;text\n1;A fine film; wonderful and moving\n0;Dull\n1\n"),
        ("a.tsv", "label\ttext\n1\tA\tB\n0\tDull\n1\n"),
        ("a.csv", 'text,label\nDull,0\n"never closed,1\nfine,1\n'),
        ("a.jsonl", '{"text": "Dull", "label": 0}\n{"text": "cut o\n'),
    ],
)
def test_a_row_that_can_not_be_taken_apart_has_neither_text_nor_label(
    spark: SparkSession, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    rows = read_reviews(spark, [str(tmp_path / name)]).collect()
    assert [(row[TEXT], row[LABEL]) for row in rows if row[LABEL] is not None] == [("Dull", 0)]
    assert all(row[TEXT] is None for row in rows if row[LABEL] is None)
    assert len(rows) > 1


def test_inputs_of_one_name_in_two_folders_are_two_sources(spark: SparkSession, tmp_path: Path) -> None:
    entries = [str(tmp_path / year / "reviews.csv") for year in ("2024", "2025")]
    for entry in entries:
        Path(entry).parent.mkdir()
        Path(entry).write_bytes(as_csv(ROWS[:1]))
    assert {row[SOURCE] for row in read_reviews(spark, entries).collect()} == set(entries)


def test_a_folder_of_parts_in_several_formats_is_read_whole(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "part-0.csv.gz").write_bytes(gzip.compress(as_csv(ROWS[:1])))
    (tmp_path / "part-1.csv").write_bytes(as_csv(ROWS[1:2]))
    (tmp_path / "more" / "part-2.parquet").write_bytes(as_parquet(ROWS[2:]))
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / ".part-1.csv.crc").write_bytes(b"crc")
    assert read(spark, str(tmp_path)) == sorted(ROWS)


def test_parts_of_one_shape_are_one_table_and_others_are_read_by_their_own_names(
    spark: SparkSession, tmp_path: Path
) -> None:
    for n in range(6):
        (tmp_path / f"part-{n}.csv").write_bytes(as_csv([(f"csv {n}", 1)]))
        (tmp_path / f"part {n}%20é.jsonl").write_bytes(as_json_lines([(f"json {n}", 0)]))
    (tmp_path / "semicolons.csv").write_text("critiques;labels\nautre;0\n")
    (tmp_path / "two-lines.csv").write_text('text,"la\nbel",label\nof two,x,1\n')
    (tmp_path / "two-lines-more.csv").write_text('text,"la\nmot",label,more\nof three,x,1,y\n')
    (tmp_path / "other.jsonl").write_text('{"id": 7, "review": "named otherwise", "label": 1}\n')
    assert len(tables(spark, str(tmp_path))) == 6
    expected = [*((f"csv {n}", 1) for n in range(6)), *((f"json {n}", 0) for n in range(6))]
    expected += [("autre", 0), ("of two", 1), ("of three", 1), ("named otherwise", 1)]
    assert read(spark, str(tmp_path)) == sorted(expected)


def test_files_urls_and_patterns_can_be_given_together(spark: SparkSession, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.csv", "two.jsonl", "x-3.csv", "x-4.csv")]
    for path, write in zip(paths, (as_csv, as_json_lines, as_csv, as_csv), strict=True):
        path.write_bytes(write([(path.name, 1)]))
    found = read(spark, str(paths[0]), paths[1].as_uri(), str(tmp_path / "x-*.csv"))
    assert found == [(path.name, 1) for path in paths]


@pytest.mark.parametrize(
    "header",
    [
        "critiques,labels",
        "id, Review ,SENTIMENT",
        '"Text","Label"',
        "label,text",
        "class,Commentaire,text2",
        "text,,label,,",
    ],
)
def test_columns_are_found_by_name(spark: SparkSession, tmp_path: Path, header: str) -> None:
    names = [name.strip(' "').lower() for name in header.split(",")]
    values = ["1" if name in ("labels", "sentiment", "label", "class") else f"a {name}" for name in names]
    (tmp_path / "file.csv").write_text(f"{header}\n{','.join(values)}\n")
    [(text, label)] = read(spark, str(tmp_path / "file.csv"))
    assert (text.split()[1] in ("critiques", "review", "text", "commentaire"), label) == (True, 1)


def test_columns_can_be_named(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "file.csv").write_text("text,label,the.`text`,My stars\nwrong,0,right,1\n")
    given = Columns("The.`Text`", "my stars")
    assert read(spark, str(tmp_path / "file.csv"), named=given) == [("right", 1)]


def test_a_film_is_read_only_from_the_column_that_is_named(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "file.csv").write_text("text,label,film\na,1, Amélie \nb,0,\n")
    for film, expected in ((None, [None, None]), ("Film", ["Amélie", None]), ("title", [None, None])):
        frame = read_reviews(spark, [str(tmp_path / "file.csv")], Columns(film=film))
        assert [row[FILM] for row in frame.orderBy(TEXT).collect()] == expected


def test_a_films_number_is_the_same_of_whatever_type(spark: SparkSession, tmp_path: Path) -> None:
    numbers = {
        "whole": [12, 12345678],
        "gaps": [12.0, 12345678.0, None],
        "exact": [Decimal("12.00"), Decimal(12345678)],
    }
    for name, films in numbers.items():
        frame = pd.DataFrame({"text": name, "label": 1, "film": films})
        frame.to_parquet(tmp_path / f"{name}.parquet")
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "lines.jsonl").write_text('{"text": "a", "label": 1, "film": 12.0}\n{"text": "a", "label": 1}\n')
    films = read_reviews(spark, [str(tmp_path)], Columns(film="film")).select(FILM).distinct().collect()
    assert {row[FILM] for row in films} == {"12", "12345678", None}


@pytest.mark.parametrize(
    ("kind", "films", "expected"),
    [
        ("double", [12.5, -0.5, 1e300, math.nan, math.inf], ["12.5", "-0.5", "1.0E300", None, "Infinity"]),
        ("float", [0.5, 7.0], ["0.5", "7"]),
        ("string", ["007", "2.0", "1.0E7", "Ten.0", "NaN"], ["007", "2", "1.0E7", "Ten.0", "NaN"]),
    ],
)
def test_a_film_that_is_no_whole_number_stays_as_it_stands(
    spark: SparkSession, tmp_path: Path, kind: str, films: list[object], expected: list[str | None]
) -> None:
    rows = [(f"{n}", 1, film) for n, film in enumerate(films)]
    spark.createDataFrame(rows, f"text string, label int, film {kind}").write.parquet(str(tmp_path / "in"))
    found = read_reviews(spark, [str(tmp_path / "in")], Columns(film="film")).orderBy(TEXT).collect()
    assert [row[FILM] for row in found] == expected


def test_labels_are_understood_in_words_and_others_are_null(spark: SparkSession, tmp_path: Path) -> None:
    words = {
        1: ["1", "1.0", "true", "True", " POSITIVE ", "positif", "pos"],
        0: ["0", "0.0", "false", "Negative", "négatif", "NÉGATIF", "negatif", "neg"],
        None: ["", "2", "-1", "neutral", "0.5"],
    }
    lines = [f"{word!r},{word}" for group in words.values() for word in group]
    (tmp_path / "file.csv").write_text("text,label\n" + "\n".join(lines) + "\n")
    expected = {repr(word): label for label, group in words.items() for word in group}
    assert dict(read(spark, str(tmp_path / "file.csv"))) == expected


@pytest.mark.parametrize(
    "labels", [[True, False], [1, 0], [1.0, 0.0], ["pos", "neg"], [Decimal("1.0000"), Decimal("0.0000")]]
)
def test_labels_of_any_type_are_understood(spark: SparkSession, tmp_path: Path, labels: list[object]) -> None:
    frame = pd.DataFrame({"review": ["good", "bad"], "label": labels})
    frame.to_parquet(tmp_path / "file.parquet")
    (tmp_path / "lines.jsonl").write_text(frame.to_json(orient="records", lines=True))
    expected = [("bad", 0), ("good", 1)]
    assert read(spark, str(tmp_path / "file.parquet")) == read(spark, str(tmp_path / "lines.jsonl")) == expected


def test_parquet_files_of_several_shapes_in_one_folder_are_all_read(spark: SparkSession, tmp_path: Path) -> None:
    pd.DataFrame({"review": ["good"], "label": [1]}).to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"text": ["bad"], "sentiment": ["negative"]}).to_parquet(tmp_path / "b.parquet")
    pd.DataFrame({"text": ["dull"], "sentiment": [0]}).to_parquet(tmp_path / "c.parquet")
    assert read(spark, str(tmp_path)) == [("bad", 0), ("dull", 0), ("good", 1)]


def test_a_name_is_no_pattern(spark: SparkSession, tmp_path: Path) -> None:
    names = ["reviews1.csv", "reviews[1].csv", "{a,b}.csv", "b.csv", "what?.csv"]
    for name in names:
        (tmp_path / name).write_bytes(as_csv([(name, 1)]))
    assert [text for text, _ in read(spark, str(tmp_path))] == sorted(names)


def test_bytes_that_are_no_text_leave_their_row_without_one(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["été".encode(), b"\xe9t\xe9"]
    pd.DataFrame({"text": texts, "label": [1, 0]}).to_parquet(tmp_path / "bytes.parquet")
    assert read_reviews(spark, [str(tmp_path)]).where(f"{TEXT} is not null").count() == 1


def test_a_label_before_a_carriage_return_is_one(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "mixed.csv").write_bytes(b"text,label\ngood,1\r\nbad,0\r\n")
    assert read(spark, str(tmp_path)) == [("bad", 0), ("good", 1)]


@pytest.mark.parametrize("form", ["parquet", "json", "csv"])
def test_folders_that_partition_a_data_set_are_columns(spark: SparkSession, tmp_path: Path, form: str) -> None:
    rows = [("good", "pos", "007", "a/b %2F"), ("bad", "neg", "8", "é+[x]"), ("dull", "neg", "8", None)]
    frame = spark.createDataFrame(rows, "text string, label string, film string, site string")
    place = tmp_path / "a=b" / "all=these"
    frame.write.partitionBy("label", "film", "site").options(header=True).format(form).save(str(place / "x"))
    for entry in (tmp_path, tmp_path / "*/*/x/label=*", tmp_path / "*/*/x/*/*/*/part*"):
        found = read_reviews(spark, [str(entry)], Columns(film="film")).select(TEXT, LABEL, FILM)
        assert sorted(map(tuple, found.collect())) == [("bad", 0, "8"), ("dull", 0, "8"), ("good", 1, "007")]
        (table,) = tables(spark, str(entry))
        assert sorted(str(row["site"]) for row in table.collect()) == ["None", "a/b %2F", "é+[x]"]


def test_files_partitioned_in_several_ways_are_all_read(spark: SparkSession, tmp_path: Path) -> None:
    for folder in ("a/label=1", "a/label=0/film=7", "b/label=1", "a/Label=0", "a/label=0/film=7/more", "c"):
        (tmp_path / folder).mkdir(parents=True)
        label = {"label": ["neg"]} if folder.endswith(("more", "c")) else {}
        pd.DataFrame({"text": [folder], **label}).to_parquet(tmp_path / folder / "part.parquet")
    pd.DataFrame({"review": ["other"], "n": [1]}).to_parquet(tmp_path / "a" / "label=1" / "other.parquet")
    negative = ("a/label=0/film=7", "a/Label=0", "a/label=0/film=7/more", "c")
    positive = ("a/label=1", "b/label=1", "other")
    assert read(spark, str(tmp_path)) == sorted([*((text, 0) for text in negative), *((text, 1) for text in positive)])


@pytest.mark.parametrize("form", ["parquet", "json", "csv"])
def test_a_files_own_column_goes_before_that_of_its_folder(spark: SparkSession, tmp_path: Path, form: str) -> None:
    (tmp_path / "label=0").mkdir()
    own, path = pd.DataFrame({"Label": [1, 0], "text": ["good", "bad"]}), tmp_path / "label=0" / f"a.{form}"
    write = {
        "parquet": own.to_parquet,
        "json": lambda path: own.to_json(path, orient="records", lines=True),
        "csv": lambda path: own.to_csv(path, index=False),
    }
    write[form](path)
    assert read(spark, str(tmp_path)) == [("bad", 0), ("good", 1)]
