"""`sentiment dlq` on a cluster in memory; tests/contract has the same on real ones."""

from __future__ import annotations

import base64
import json
import re

import pytest
from click.testing import CliRunner, Result

from cli import broker_options, dlq
from sentiment.errors import DataError, ServiceError, SettingError
from streaming.brokers.header_names import HeaderName
from streaming.brokers.memory import MemoryCluster
from streaming.brokers.seam import MOST_BYTES, Headers, Record, Reply, Topic
from streaming.dead_letters import dead_letter
from streaming.messages import Reason, Rejection
from streaming.settings import Connection, Limits, Topics
from streaming.topics import create_topics


@pytest.fixture
def letters(cluster: MemoryCluster) -> MemoryCluster:
    """Three dead letters on one partition."""
    create_topics(cluster, Topics(partitions=1), Limits())
    put(cluster, "not_an_object", b'{"text": \x1b[31m', [("traceparent", b"00-1")])
    put(cluster, "not_utf8", b"\xff\x00", [(HeaderName("caf\udce9"), b"\xff")])
    put(cluster, "tombstone", None, [])
    return cluster


def put(cluster: MemoryCluster, reason: Reason, value: bytes | None, headers: Headers) -> None:
    was = Record("reviews", 2, 41, b"key", value, headers, 0)
    with cluster.sender() as sender:
        sender.send(dead_letter(was, "dlq.reviews", Rejection(reason, f"why {reason}")))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(dlq.dlq, arguments, catch_exceptions=False)


def test_list_has_a_line_for_each_and_counts_the_reasons(letters: MemoryCluster) -> None:
    result = run("list")
    first, second, third = result.stdout.splitlines()
    assert first.split() == ["dlq.reviews-0-0", "not_an_object", '{"text":', r"\x1b[31m"]
    assert second.split() == ["dlq.reviews-0-1", "not_utf8", r"\xff\x00"]
    assert third.split() == ["dlq.reviews-0-2", "tombstone", "(none)"]
    assert result.stderr.strip() == "3 dead letters: 1 not_an_object, 1 not_utf8, 1 tombstone"


def test_what_others_have_put_there_does_not_command_the_terminal(cluster: MemoryCluster) -> None:
    create_topics(cluster, Topics(partitions=1), Limits())
    names = ("sentiment.reason", "__connect.errors.topic", "__connect.errors.exception.message")
    with cluster.sender() as sender:
        sender.send(Reply("dlq.reviews", b"key", b"value", [(name, b"\x1b[2J\nline") for name in names]))
    for shown in (run("list"), run("show", "dlq.reviews-0-0")):
        assert "\x1b" not in shown.output
        assert r"\x1b[2J line" in shown.stdout


def test_list_takes_reasons_and_a_limit(letters: MemoryCluster) -> None:
    assert [line.split()[1] for line in run("list", "--reason", "tombstone").stdout.splitlines()] == ["tombstone"]
    assert run("list", "--reason", "tombstone").stderr.strip() == "1 dead letter: 1 tombstone"
    assert [line.split()[1] for line in run("list", "--max", "1").stdout.splitlines()] == ["not_an_object"]
    last = run("list", "--reason", "tombstone", "--max", "1").stdout.splitlines()
    assert [line.split()[1] for line in last] == ["tombstone"]


def test_json_tells_every_byte(letters: MemoryCluster) -> None:
    first, second, third = map(json.loads, run("list", "--json").stdout.splitlines())
    assert first["value"] == '{"text": \x1b[31m'
    assert (first["origin"], first["reason"], first["detail"]) == ("reviews-2-41", "not_an_object", "why not_an_object")
    assert base64.b64decode(second["value_base64"]) == b"\xff\x00"
    assert {"name": r"caf\udce9", "value_base64": "/w=="} in second["headers"]
    assert third["value"] is None


def test_show_prints_one_whole(letters: MemoryCluster) -> None:
    lines = run("show", "dlq.reviews-0-1").stdout.splitlines()
    assert re.fullmatch(r"place   dlq\.reviews-0-1, \d{4}-\d\d-\d\dT[\d:.]+\+00:00", lines[0])
    assert lines[1:4] == ["came    from reviews-2-41", "reason  not_utf8: why not_utf8", "key     key"]
    assert r"header  caf\udce9: \xff" in lines
    assert lines[-2:] == ["value", r"\xff\x00"]
    assert run("show", "dlq.reviews-0-1", "--value").stdout_bytes == b"\xff\x00"


def test_show_names_a_place_where_nothing_is(letters: MemoryCluster) -> None:
    with pytest.raises(DataError, match=r"no dead letter at dlq\.reviews-0-7"):
        run("show", "dlq.reviews-0-7")


def test_replay_sends_each_once_and_says_how_many(letters: MemoryCluster) -> None:
    arguments = ("replay", "--idle", "0.01", "--json")
    with pytest.raises(SettingError, match=r"nothing on record .* --new-group sends everything there is, up to 3 "):
        run(*arguments)
    arguments += ("--new-group",)
    assert json.loads(run(*arguments, "--reason", "not_an_object").stdout) == {
        "sent": 1,
        "passed_over": 2,
        "too_large": 0,
    }
    assert json.loads(run(*arguments[:-1]).stdout) == {"sent": 0, "passed_over": 0, "too_large": 0}
    with pytest.raises(SettingError, match="before: leave --new-group out"):
        run(*arguments)
    assert json.loads(run(*arguments, "--group", "anew").stdout) == {"sent": 3, "passed_over": 0, "too_large": 0}
    reader = letters.read(["reviews"], from_beginning=True)
    assert [record.value for record in reader.poll(0)] == [b'{"text": \x1b[31m'] * 2 + [b"\xff\x00", None]


def test_a_letter_without_its_record_or_too_large_for_the_reviews_is_passed_over(cluster: MemoryCluster) -> None:
    cluster.create([Topic("reviews", 1, 1, {MOST_BYTES: "1000"})])
    create_topics(cluster, Topics(partitions=1), Limits())
    put(cluster, "not_utf8", b"\xff" * 1000, [])
    put(cluster, "not_utf8", b"\xff" * 500, [])
    put(cluster, "record_too_large", b"this is left out", [])
    result = run("replay", "--idle", "0.01", "--new-group")
    assert result.stdout == (
        "sent again: 1; passed over: 2 (too large: 1)\n"
        "those passed over count as processed in the group sentiment-dlq; "
        "`--group NAME --new-group` starts again with all dead letters\n"
    )
    assert run("replay", "--idle", "0.01").stdout == "sent again: 0; passed over: 0 (too large: 0)\n"
    assert result.stderr == "dlq.reviews-0-0 is too large for reviews: the most is 1,000\n"


def test_what_the_reviews_would_take_but_no_result_may_have_is_passed_over(cluster: MemoryCluster) -> None:
    cluster.create([Topic("reviews", 1, 1, {MOST_BYTES: "1000000"})])
    create_topics(cluster, Topics(partitions=1), Limits())
    put(cluster, "not_utf8", b"\xff" * 3000, [])
    result = run("replay", "--idle", "0.01", "--new-group", "--result-bytes", "1000")
    assert result.stdout.startswith("sent again: 0; passed over: 1 (too large: 1)\n")
    assert result.stderr == "dlq.reviews-0-0 is too large for reviews: the most is 2,000\n"


def test_what_is_sent_at_once_is_no_more_than_the_reviews_take(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.create([Topic("reviews", 1, 1, {MOST_BYTES: "1000"})])
    create_topics(cluster, Topics(partitions=1), Limits())
    limits: list[Limits] = []

    def opened(_client: str, _to: Connection, limited: Limits) -> MemoryCluster:
        limits.append(limited)
        return cluster

    monkeypatch.setattr(broker_options, "cluster", opened)
    run("replay", "--idle", "0.01")
    assert limits[-1].result_bytes == 1000


def test_a_new_group_may_replay_where_there_is_nothing(cluster: MemoryCluster) -> None:
    create_topics(cluster, Topics(partitions=1), Limits())
    assert run("replay", "--idle", "0.01").stdout == "sent again: 0; passed over: 0 (too large: 0)\n"


def test_a_missing_topic_of_reviews_is_named_before_anything_is_sent(letters: MemoryCluster) -> None:
    with pytest.raises(ServiceError, match="topics missing on the cluster: nowhere"):
        run("replay", "--new-group", "--reviews-topic", "nowhere")


def test_a_missing_topic_is_named(cluster: MemoryCluster) -> None:
    with cluster.sender() as sender, pytest.raises(ServiceError):
        sender.send(Reply("dlq.reviews", None, b"", []))
    with pytest.raises(ServiceError, match=r"dlq\.reviews"):
        run("list")
