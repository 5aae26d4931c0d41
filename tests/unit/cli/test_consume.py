"""`sentiment consume` and `produce`: what is on Kafka in a line each, and a file's reviews sent or none of them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.consume import consume
from cli.produce import produce
from sentiment.errors import DataError, ServiceError, SettingError
from streaming.brokers.memory import MemoryCluster
from streaming.brokers.seam import Reply, Topic


@pytest.fixture(autouse=True)
def _topics(cluster: MemoryCluster) -> None:
    cluster.create([Topic(name, 1, 1, {}) for name in ("reviews", "sentiment")])


def shown(cluster: MemoryCluster, *values: bytes) -> Result:
    with cluster.sender() as sender:
        for value in values:
            sender.send(Reply("sentiment", None, value, []))
    return CliRunner().invoke(consume, ["--from-beginning", "--idle", "0.01"], catch_exceptions=False)


def result_of(review: str) -> bytes:
    return b'{"label": "positive", "confidence": 0.75, "review": %b}' % review.encode()


def test_a_review_does_not_command_the_terminal(cluster: MemoryCluster) -> None:
    text = json.dumps({"text": "fine\n\x1b]0;title\x07\x1b[2Jfilm"})
    assert shown(cluster, result_of(text)).stdout == "positive   75.0%  fine \\x1b]0;title\\x07\\x1b[2Jfilm\n"


def test_a_label_of_somebody_else_does_not_command_the_terminal(cluster: MemoryCluster) -> None:
    strange = result_of('{"text": "fine"}').replace(b"positive", b"\\u001b[2J")
    assert shown(cluster, strange).stdout == "\\x1b[2J    75.0%  fine\n"


def test_what_was_there_is_shown_on_request_alone(cluster: MemoryCluster) -> None:
    assert shown(cluster, result_of('{"text": "fine"}')).stdout
    assert CliRunner().invoke(consume, ["--idle", "0.01"], catch_exceptions=False).stdout == ""


def test_results_are_printed_as_they_are_and_no_more_than_asked_for(cluster: MemoryCluster) -> None:
    values = [result_of('{ "text":"fine" }'), result_of('{"text": "also"}')]
    shown(cluster, *values)
    arguments = ["--from-beginning", "--json", "--max", "1", "--idle", "0.01"]
    result = CliRunner().invoke(consume, arguments, catch_exceptions=False)
    assert result.stdout_bytes == values[0] + b"\n"


def test_a_topic_that_is_not_there_is_not_waited_for(cluster: MemoryCluster) -> None:
    for command in ([consume, "--idle", "0.01", "--results-topic"], [produce, "-", "--reviews-topic"]):
        verb, *arguments = command
        with pytest.raises(ServiceError, match="topics missing on the cluster: nowhere"):
            CliRunner().invoke(verb, [*arguments, "nowhere"], input="good\n", catch_exceptions=False)


def test_doubt_is_shown(cluster: MemoryCluster) -> None:
    doubtful = result_of('{"text": "fine"}').replace(b'{"label"', b'{"needs_review": true, "label"')
    assert shown(cluster, doubtful).stdout == "positive   75.0%? fine\n"


@pytest.mark.parametrize("value", ["1e999", "7" * 5000, "[[1]]", "null", '"7"'])
def test_whatever_else_is_in_a_review_it_is_a_result(cluster: MemoryCluster, value: str) -> None:
    assert shown(cluster, result_of(f'{{"text": "fine", "x": {value}}}')).stdout == "positive   75.0%  fine\n"


def test_what_is_no_result_is_named(cluster: MemoryCluster) -> None:
    no_text = result_of('{"text": "?"}').replace(b"?", b"\xff")
    result = shown(cluster, b"{", b'{"label": 1}', b"[" * 100_000, no_text, result_of('{"text": "fine"}'))
    assert result.stdout == "positive   75.0%  fine\n"
    assert result.stderr == "".join(f"sentiment-0-{offset} is not a result\n" for offset in range(4))


def sent(cluster: MemoryCluster) -> list[bytes | None]:
    return [record.value for record in cluster.read(["reviews"], from_beginning=True).poll(0)]


def test_of_a_file_with_a_row_that_can_not_be_read_nothing_is_sent(cluster: MemoryCluster, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,text\n1,good\n2,bad,3\n4,fine\n")
    with pytest.raises(DataError, match="line 3: 3 fields, but the header has 2"):
        CliRunner().invoke(produce, [str(tmp_path / "in.csv")], catch_exceptions=False)
    assert sent(cluster) == []


def test_of_standard_input_what_comes_before_a_bad_line_is_sent_and_said(cluster: MemoryCluster) -> None:
    run = CliRunner().invoke(produce, ["-"], input=b"good\nfine\n\xff\nlate\n")
    assert isinstance(run.exception, DataError)
    assert str(run.exception).startswith("line 3 of standard input is not UTF-8")
    assert str(run.exception).endswith("; nothing from there on was sent")
    assert run.stdout == "2 reviews sent to reviews\n"
    assert sent(cluster) == [b'{"text":"good"}', b'{"text":"fine"}']


def test_reviews_are_sent_no_faster_than_asked(cluster: MemoryCluster) -> None:
    started = time.monotonic()
    CliRunner().invoke(produce, ["-", "--rate", "50"], input=b"good\n" * 6, catch_exceptions=False)
    assert time.monotonic() - started >= 0.1
    assert len(sent(cluster)) == 6


@pytest.mark.parametrize("flag", ["--text", "--column"])
def test_the_column_that_is_named_holds_the_text(cluster: MemoryCluster, tmp_path: Path, flag: str) -> None:
    (tmp_path / "in.csv").write_text("text,body\n1,good\n")
    CliRunner().invoke(produce, [str(tmp_path / "in.csv"), flag, "body"], catch_exceptions=False)
    assert [json.loads(value or b"")["text"] for value in sent(cluster)] == ["good"]


def test_topics_are_created_on_request_alone(cluster: MemoryCluster) -> None:
    arguments = ["-", "--create-topics", "--reviews-topic", "new", "--partitions"]
    with pytest.raises(SettingError, match="partitions is 0"):
        CliRunner().invoke(produce, [*arguments, "0"], input=b"good\n", catch_exceptions=False)
    result = CliRunner().invoke(produce, [*arguments, "2"], input=b"good\n", catch_exceptions=False)
    assert result.stdout == "1 review sent to new\n"
    assert len(cluster.partitions("new")) == 2


@pytest.mark.parametrize(("lines", "said"), [(b"good\n", "1 review sent"), (b"fine\n" * 1000, "1,000 reviews sent")])
def test_what_was_sent_is_counted(cluster: MemoryCluster, lines: bytes, said: str) -> None:
    assert CliRunner().invoke(produce, ["-"], input=lines).stdout == f"{said} to reviews\n"
