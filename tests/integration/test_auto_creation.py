"""A broker that creates whatever topic it is asked for, as Kafka does by default, is asked by nobody here."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

import pytest

from local import broker
from local.jars import Software
from sentiment.errors import ServiceError
from streaming.brokers.clients import open_cluster
from streaming.brokers.seam import Group, Reply
from streaming.settings import CLIENTS, Connection, Limits


@pytest.fixture
def willing(folder: Path, software: Software, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connection:
    template = tmp_path / "server.properties"
    own = broker.TEMPLATE.read_text()
    template.write_text(own.replace("auto.create.topics.enable=false", "auto.create.topics.enable=true"))
    monkeypatch.setattr(broker, "TEMPLATE", template)
    return Connection(broker.start(folder, software, port=0).address)


def test_a_topic_that_is_not_there_stays_away(willing: Connection) -> None:
    for client in CLIENTS:
        cluster = open_cluster(client, willing, Limits())
        read, written = f"read-by-{client}", f"written-by-{client}"
        sender = cluster.sender()
        with suppress(ServiceError):  # kafka-python waits for it, and gives up
            sender.send(Reply(written, None, b"value", []))
        with closing(cluster.join(Group(client, "one", read))) as member:
            for _ in range(6):
                with suppress(ServiceError):
                    member.poll()
        assert cluster.missing([read, written]) == [read, written]
