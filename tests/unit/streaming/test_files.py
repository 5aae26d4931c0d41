"""Reviews from files. The module is the command line's, and `produce` is what needs it most."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.files import read_rows
from sentiment.errors import DataError


def rows(folder: Path, name: str, content: str | bytes, column: str | None = None) -> list[dict[str, Any]]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_rows(str(path), column))


def test_a_csv_gives_its_text_under_text_and_keeps_the_other_columns(tmp_path: Path) -> None:
    content = 'labels,Critiques\r\n1,"great, ""really""\nand long"\r\n\r\n0,bad\r\n'
    assert rows(tmp_path, "a.csv", content) == [
        {"text": 'great, "really"\nand long', "labels": "1"},
        {"text": "bad", "labels": "0"},
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_headers(tmp_path: Path, delimiter: str) -> None:
    assert rows(tmp_path, "a.csv", f"id{delimiter}text\n1{delimiter}good\n") == [{"text": "good", "id": "1"}]


def test_a_byte_order_mark_is_not_part_of_the_first_column(tmp_path: Path) -> None:
    assert rows(tmp_path, "a.csv", b"\xef\xbb\xbftext\ngood\n") == [{"text": "good"}]
    assert rows(tmp_path, "a.csv", b"\xef\xbb\xbfid,text\n1,good\n") == [{"id": "1", "text": "good"}]
    assert rows(tmp_path, "a.jsonl", b'\xef\xbb\xbf{"text": "good"}\n') == [{"text": "good"}]


@pytest.mark.parametrize(("name", "content"), [("a.csv.gz", "text\nbon\n"), ("a.JSONL.GZ", '{"text": "bon"}')])
def test_a_file_may_be_compressed(tmp_path: Path, name: str, content: str) -> None:
    assert rows(tmp_path, name, gzip.compress(content.encode())) == [{"text": "bon"}]


def test_a_field_may_be_large(tmp_path: Path) -> None:
    assert len(rows(tmp_path, "a.csv", "text\n" + "x" * 1_000_000 + "\n")[0]["text"]) == 1_000_000


def test_the_column_can_be_named(tmp_path: Path) -> None:
    assert rows(tmp_path, "a.csv", "id,Body,review\n1,a,b\n", "body") == [{"id": "1", "text": "a", "review": "b"}]


def test_json_lines_keep_their_fields(tmp_path: Path) -> None:
    content = '{"id": 1, "review": "good", "n": [1]}\n\n{"text": "bad"}\n'
    assert rows(tmp_path, "a.jsonl", content) == [{"text": "good", "id": 1, "n": [1]}, {"text": "bad"}]


def test_parquet_is_read_row_by_row(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table({"review": ["good", "bad"], "label": [1, 0]}), tmp_path / "a.parquet")
    expected = [{"text": "good", "label": 1}, {"text": "bad", "label": 0}]
    assert list(read_rows(str(tmp_path / "a.parquet"))) == expected


def test_of_two_columns_of_one_name_none_is_lost_without_a_word(tmp_path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table([["good"], [1], [2]], names=["text", "id", "id"]), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"a\.parquet: there are two columns 'id'"):
        list(read_rows(str(tmp_path / "a.parquet")))


def test_standard_input_has_a_review_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    given = 'un film réussi\n\n{"id": 3, "text": "bad"}\n[1]\n'.encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given), "latin-1"))  # as a terminal may have it
    assert list(read_rows("-")) == [{"text": "un film réussi"}, {"text": "bad", "id": 3}, {"text": "[1]"}]


def test_standard_input_that_is_not_utf_8_is_named_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"good\ncaf\xe9\n"), "utf-8", "surrogateescape"))
    with pytest.raises(DataError, match="line 2 of standard input is not UTF-8"):
        list(read_rows("-"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "id,label\n1,2\n", "no column with the text: expected text, review"),
        ("a.csv", "", r"a\.csv: it is empty$"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), r"a\.csv\.gz: it is empty$"),
        ("a.csv", "id,text\n1,good\n2,bad,3\n", "line 3: 3 fields, but the header has 2"),
        ("a.csv", 'id,text\n1,"never closed\n', "line 2: unexpected end of data"),
        ("a.csv", b"text\n\xff\n", r"is not UTF-8: .*; save it as UTF-8"),
        ("a.jsonl", '{"text": "a"}\n{"text": \n', "line 2: "),
        ("a.jsonl", "[1]\n", "line 1: Expected `object`"),
        pytest.param(
            "a.jsonl", '{"text": "a", "x": ' + "[" * 100_000 + "]" * 100_000 + "}\n", r"a\.jsonl: line 1: ", id="deep"
        ),
        ("a.jsonl", '{"id": 1}\n', "line 1: no column with the text: .*; there are id; name it with --text$"),
        ("a.parquet", b"PAR1 or not", "a.parquet: "),
        ("a.docx", b"", "expected a file that ends with"),
        ("a.json", b"", r"`sentiment score` also reads \.json"),
        ("a.parquet.gz", b"", "expected a file that ends with"),
        ("a.csv.gz", b"text\ngood\n", r"a\.csv\.gz can't be read: Not a gzipped file"),
        ("a.csv.gz", gzip.compress(b"text\ngood\n", mtime=0)[:-4], r"a\.csv\.gz can't be read: Compressed file ended"),
        (
            "a.csv.gz",
            gzip.compress(b"text\ngood\n", mtime=0)[:10] + b"\xff" * 20,
            r"a\.csv\.gz can't be read: Error -3",
        ),
        ("a.csv.gz", gzip.compress(b"text\n\xff\n", mtime=0), r"is not UTF-8: .*; save it as UTF-8"),
    ],
)
def test_what_can_not_be_read_is_named(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        rows(tmp_path, name, content)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match=r"there is no file nowhere\.csv"):
        read_rows("nowhere.csv")


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux is the file that can't be read, even by root")
def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to("/proc/self/mem")
    with pytest.raises(DataError, match=r"a\.csv can't be read: Input/output error"):
        list(read_rows(str(tmp_path / "a.csv")))


def test_a_folder_is_not_taken_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder: name one file, or give the folder to `sentiment score`"):
        read_rows(str(tmp_path))
