"""Rows as they stand in a file, the bad ones among them; what `read_rows` makes of them is in unit/streaming."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.files import read_entries, survey
from cli.formats import Entry
from cli.scoring import answer
from sentiment.errors import DataError


def entries(folder: Path, name: str, content: str, column: str | None = None) -> list[Entry]:
    (folder / name).write_bytes(content.encode())
    return list(read_entries(str(folder / name), column))


@pytest.mark.parametrize(
    ("line", "fields", "problem"),
    [
        ("1,good,a", {"id": "1", "text": "good", "film": "a"}, None),
        ("1", {"id": "1"}, "line 3: 1 fields, but the header has 3"),
        ("1,good,a,b", {"id": "1", "text": "good", "film": "a,b"}, "line 3: 4 fields, but the header has 3"),
        ('1,"good"ish,a', {"text": '1,"good"ish,a'}, "line 3: ',' expected after '\"'"),
    ],
)
def test_a_bad_row_of_a_csv_loses_nothing_and_the_next_row_is_read(
    tmp_path: Path, line: str, fields: dict[str, str], problem: str | None
) -> None:
    found = entries(tmp_path, "a.csv", f"id,text,film\n0,first,x\n{line}\n2,last,y\n")
    assert found[1] == (fields, "text", problem)
    assert [entry.text for entry in (found[0], found[2])] == ["first", "last"]


def test_a_quote_that_is_never_closed_is_named_by_its_first_line(tmp_path: Path) -> None:
    found = entries(tmp_path, "a.csv", 'text\ngood\n"never\nclosed\n')
    assert found == [({"text": "good"}, "text", None), ({"text": '"never\nclosed'}, "text", found[1].problem)]
    assert found[1].problem == "line 3: unexpected end of data"


def test_a_broken_line_of_json_stands_whole_where_the_texts_are(tmp_path: Path) -> None:
    found = entries(tmp_path, "a.jsonl", '{"Review": "good"}\n{"Review": "cut of\n{"id": 3}\n[1]\n')
    assert [entry.fields for entry in found] == [
        {"Review": "good"},
        {"Review": '{"Review": "cut of'},
        {"id": 3},
        {"Review": "[1]"},
    ]
    assert [entry.problem is None for entry in found] == [True, False, False, False]
    assert [entry.text for entry in found] == ["good", '{"Review": "cut of', None, "[1]"]


@pytest.mark.parametrize(
    ("name", "content", "columns", "rows"),
    [
        ("a.csv", "id,text\n1,good\n2\n\n", ("id", "text"), 2),
        ("a.csv", "id;text\n", ("id", "text"), 0),
        ("a.jsonl", '{"text": "a"}\n\n{"id": 1, "text": "b"}\n', ("text", "id"), 2),
        ("a.txt", "good\nbad\n", ("text",), 2),
    ],
)
def test_a_survey_tells_all_columns_and_the_number_of_rows(
    tmp_path: Path, name: str, content: str, columns: tuple[str, ...], rows: int
) -> None:
    (tmp_path / name).write_text(content)
    assert survey(str(tmp_path / name)) == (columns, rows, None)


def test_a_survey_of_parquet_reads_only_its_end(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = arrow.table({"text": ["good", None], "n": [1, 2]})
    parquet.write_table(table, tmp_path / "a.parquet")
    assert survey(str(tmp_path / "a.parquet")) == (("text", "n"), 2, table.schema)


@pytest.mark.parametrize(
    ("name", "content", "column", "said"),
    [
        ("a.csv", "text,id,id\n", None, "two columns 'id'"),
        ("a.csv", 'text,"i"d\n', None, "line 1: "),
        ("a.jsonl", '{"id": 1}\n', "body", r"a\.jsonl: no column with the text: expected body; there are id"),
        ("a.jsonl", '{"id": 1}\n', None, "; there are id; name it with --text$"),
        ("a.csv", "id,film\n", None, "; there are id, film; name it with --text$"),
        ("a.csv", "id,film\n", "body", "expected body; there are id, film$"),
        ("a.csv", "\n1,2\n", None, "there are none$"),
        *((name, "", None, rf"{name}: it is empty$") for name in ("a.csv", "a.tsv", "a.jsonl", "a.txt")),
    ],
)
def test_a_file_without_a_usable_column_is_refused_as_a_whole(
    tmp_path: Path, name: str, content: str, column: str | None, said: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=said):
        survey(str(tmp_path / name), column)


def test_rows_that_are_large_once_they_are_decoded_are_few_at_a_time(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    text = "x" * 1_000_000
    parquet.write_table(arrow.table({"text": [text] * 300}), tmp_path / "a.parquet", compression="zstd")
    assert (tmp_path / "a.parquet").stat().st_size < 1_000
    before, most, rows = arrow.total_allocated_bytes(), 0, 0
    for batch in answer(lambda texts: ["not asked"] * len(texts), read_entries(str(tmp_path / "a.parquet"))):
        most, rows = max(most, len(batch)), rows + len(batch)
        assert arrow.total_allocated_bytes() - before < 150_000_000
    assert (most, rows) == (4, 300)
