"""The demo's bookkeeping tells lost, late, doubled and wrong apart; its flow runs against the in-memory cluster."""

from __future__ import annotations

import itertools
import signal
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest
from click.testing import CliRunner
from prometheus_client import CollectorRegistry

from cli.demo import command, preparing, showing
from cli.demo.flow import flow
from cli.demo.reviews import BROKEN, HeldOut, messages, read_held_out
from cli.demo.tally import Answer, Tally, percentile
from sentiment import Classifier
from sentiment.errors import DataError
from streaming.brokers.memory import MemoryCluster
from streaming.brokers.seam import Group
from streaming.delivery import deliver
from streaming.metrics import StreamMetrics
from streaming.respond import respond
from streaming.settings import Limits, StreamSettings, Topics
from streaming.topics import create_topics
from tests.tiny import write_tiny_model


def test_a_summary_counts_lost_dead_doubled_and_right_answers() -> None:
    tally = Tally()
    for key, label in (("a", 1), ("b", 0), ("c", None), ("d", 1)):
        tally.add_sent(key, label, 10.0)
    answers = [Answer("a", 1, 10.1), Answer("b", 1, 10.2), Answer("c", None, 10.3), Answer("a", 0, 10.9)]
    assert [tally.add_answer(answer) for answer in answers] == [True] * 4
    assert not tally.add_answer(Answer("another run's", 1, 11.0))
    summary = tally.summary()
    assert (summary.sent, summary.labelled, summary.dead, summary.lost, summary.duplicated) == (4, 2, 1, 1, 1)
    assert summary.accuracy == 0.5
    assert (summary.p50_ms, summary.p99_ms) == pytest.approx((200, 300))


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2), (0.99, 4), (0.0, 1)])
def test_percentiles_are_by_nearest_rank(share: float, expected: float) -> None:
    assert percentile([4, 1, 3, 2], share) == expected


def test_messages_are_as_many_as_asked_for_each_with_a_key_of_its_own() -> None:
    sent = list(messages("run", [HeldOut("good", 1), HeldOut("bad", 0)], good=50, broken=7))
    assert len({message.key for message in sent}) == len(sent) == 57
    assert sum(message.label is None for message in sent) == 7
    assert [message.value for message in sent if message.label is None] == list(
        itertools.islice(itertools.cycle(BROKEN), 7)
    )


def test_a_flow_through_a_worker_answers_every_message_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    classifier = Classifier.load(write_tiny_model(tmp_path_factory.mktemp("models")))
    cluster, topics, stop, shown = MemoryCluster(), Topics(), Event(), []
    create_topics(cluster, topics, Limits())
    worker = cluster.join(Group("sentiment", "one", topics.reviews))
    answer = partial(respond, classifier=classifier, settings=StreamSettings())
    thread = Thread(target=deliver, args=(worker, answer, StreamMetrics(classifier, CollectorRegistry()), stop))
    thread.start()
    try:
        reviews = [HeldOut("a wonderful film", 1), HeldOut("awful", 0)]
        tally = flow(cluster, topics, messages("run", reviews, 20, 6), lambda *seen: shown.append(seen))
    finally:
        stop.set()
        thread.join()
    summary = tally.summary()
    assert (summary.sent, summary.labelled, summary.dead, summary.lost, summary.duplicated) == (26, 20, 6, 0, 0)
    assert summary.accuracy == 1.0
    assert len(shown) == 26


def test_held_out_reviews_are_read_as_training_wrote_them(tmp_path: Path) -> None:
    path = tmp_path / "held-out.jsonl"
    path.write_text('{"text":"good","label":1,"language":"en"}\n{"text":"nul","label":0}\n', encoding="utf-8")
    assert read_held_out(path) == [HeldOut("good", 1, "en"), HeldOut("nul", 0)]


@pytest.mark.parametrize("content", [b'{"text":"\xff","label":1}', b'{"text":"cut of'])
def test_a_damaged_file_of_held_out_reviews_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "held-out.jsonl"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"held-out\.jsonl can't be read"):
        read_held_out(path)


@pytest.mark.parametrize(("arguments", "code"), [(["--once"], 1), ([], 0)])
def test_a_demo_that_is_stopped_has_not_shown_that_all_were_answered(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int
) -> None:
    def stopped(_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run", stopped)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert CliRunner().invoke(command.demo, arguments).exit_code == code
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("flag", ["--port", "--ui-port"])
def test_a_port_that_there_is_not_is_misuse(flag: str) -> None:
    result = CliRunner().invoke(command.demo, [flag, "99999"])
    assert result.exit_code == 2
    assert "99999 is not in the range 0<=x<=65535" in result.stderr


@pytest.mark.parametrize("page", ["http://127.0.0.1:8501", None])
def test_the_addresses_to_try_are_those_with_something_to_see(
    page: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    showing.invitation("http://127.0.0.1:8000", "localhost:9092", page)
    told = capsys.readouterr().out
    assert "The API: http://127.0.0.1:8000/docs\n" in told
    assert ("The page: http://127.0.0.1:8501 " in told) == bool(page)


@pytest.mark.parametrize("once", [True, False])
@pytest.mark.parametrize("held_out", [True, False])
def test_a_demo_says_whether_the_model_may_have_seen_its_reviews(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], once: bool, held_out: bool
) -> None:
    write_tiny_model(tmp_path / "models", "tiny-1")
    if held_out:
        (tmp_path / "demo").mkdir()
        (tmp_path / "demo" / "held-out-tiny-1.jsonl").write_text('{"text": "good", "label": 1}\n')
    monkeypatch.setattr(command, "flow", lambda *_: Tally())
    model = preparing.prepare_model(tmp_path / "models", tmp_path)
    demo = command.Demo(tmp_path / "models", tmp_path, 0, 0, once, rate=1000.0)
    command.send_and_show(demo, model, MemoryCluster())
    expected = "held out from training" if held_out else "which this model may have been trained on"
    assert expected in " ".join(capsys.readouterr().err.split())
