"""Settings: everything wrong is told at once, and no secret is shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sentiment.errors import SettingError
from streaming.brokers import confluent_plain
from streaming.brokers.clients import open_cluster
from streaming.brokers.kafka_python_plain import client_options
from streaming.settings import Connection, Limits, StreamSettings, Topics
from tests.unit.conftest import NOBODY

SASL = {
    "KAFKA_BOOTSTRAP_SERVERS": "kafka-1:9093, kafka-2:9093",
    "KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
    "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
    "KAFKA_SASL_USERNAME": "sentiment",
    "KAFKA_SASL_PASSWORD": "hunter2",
}


def test_without_environment_it_is_a_local_broker_in_plain_text() -> None:
    connection = Connection.from_environment({})
    assert connection == Connection("localhost:9092", "PLAINTEXT")
    assert connection.problems() == []


def test_variables_that_are_set_but_empty_count_as_unset() -> None:
    assert Connection.from_environment({"KAFKA_SASL_USERNAME": "", "KAFKA_BOOTSTRAP_SERVERS": " "}) == Connection()


def test_a_flag_goes_before_its_variable() -> None:
    assert Connection.from_environment(SASL, "other:9092").bootstrap_servers == "other:9092"


def test_security_is_told_to_every_client_alike() -> None:
    connection = Connection.from_environment(SASL)
    assert connection.problems() == []
    options = client_options(connection)
    assert options["bootstrap_servers"] == ["kafka-1:9093", "kafka-2:9093"]
    assert options["security_protocol"] == "SASL_SSL"
    assert options["sasl_plain_password"] == "hunter2"  # noqa: S105 - an example
    assert confluent_plain.client_options(connection) == {
        "bootstrap.servers": "kafka-1:9093, kafka-2:9093",
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "sentiment",
        "sasl.password": "hunter2",
    }


@pytest.mark.parametrize(
    ("write", "problem"),
    [
        (lambda path: path.mkdir(), "is no file"),
        (lambda path: path.write_bytes(b"\xff"), "is not UTF-8"),
        (lambda _: None, "there is no file"),
    ],
)
def test_a_password_that_can_not_be_read_is_named(
    tmp_path: Path, write: Callable[[Path], object], problem: str
) -> None:
    write(tmp_path / "password")
    others = {name: value for name, value in SASL.items() if name != "KAFKA_SASL_PASSWORD"}
    connection = Connection.from_environment(others | {"KAFKA_SASL_PASSWORD_FILE": str(tmp_path / "password")})
    assert problem in connection.problems()[0]
    assert connection.sasl_password is None


@pytest.mark.parametrize("name", ["KAFKA_SASL_PASSWORD_FILE", "KAFKA_SSL_KEYFILE"])
def test_a_file_that_may_not_be_read_is_named(anyone: Path, name: str) -> None:
    secret = anyone / "secret"
    secret.write_text("hidden")
    secret.chmod(0)
    os.seteuid(os.geteuid() or NOBODY)
    problems = Connection.from_environment({name: str(secret)}).problems()
    assert problems[0] == f"{name}: {secret} can't be read: Permission denied"


def test_a_password_is_never_shown() -> None:
    connection = Connection.from_environment(SASL)
    assert "hunter2" not in repr(connection)
    assert "hunter2" not in repr(StreamSettings(connection=connection))


def test_a_password_can_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(" from the file \r\n")
    environment = {name: value for name, value in SASL.items() if name != "KAFKA_SASL_PASSWORD"}
    connection = Connection.from_environment(environment | {"KAFKA_SASL_PASSWORD_FILE": str(secret)})
    assert connection.sasl_password == " from the file "  # noqa: S105 - an example
    assert connection.problems() == []


def test_everything_wrong_is_told_at_once() -> None:
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": "kafka",
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_MECHANISM": "MD5",
        "KAFKA_SASL_PASSWORD_FILE": "/nowhere/password",
        "KAFKA_SSL_CERTFILE": "/nowhere/cert",
    }
    with pytest.raises(SettingError) as raised:
        StreamSettings(
            group=" ",
            instance="",
            workers=0,
            connection=Connection.from_environment(environment),
            topics=Topics(results="reviews", partitions=0, replication_factor=0),
            limits=Limits(batch_records=0),
        )
    message = str(raised.value)
    for said in (
        "group is empty",
        "instance is empty",
        "workers is 0",
        "'kafka': expected host:port",
        "KAFKA_SASL_MECHANISM is 'MD5'",
        "KAFKA_SASL_USERNAME is not set",
        "KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE",
        "there is no file /nowhere/password",
        "there is no file /nowhere/cert",
        "KAFKA_SSL_CERTFILE and KAFKA_SSL_KEYFILE belong together",
        "must differ",
        "partitions is 0",
        "replication factor is 0",
        "batch_records is 0",
    ):
        assert said in message


def test_the_least_that_may_be_set_is_taken() -> None:
    limits = Limits(batch_records=1, batch_bytes=1, wait_seconds=0.1, text_characters=1, result_bytes=1)
    StreamSettings(workers=1, topics=Topics(partitions=1, replication_factor=1), limits=limits)


def test_a_password_and_a_file_of_one_are_not_chosen_from(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("other")
    environment = SASL | {"KAFKA_SASL_PASSWORD_FILE": str(tmp_path / "password")}
    assert Connection.from_environment(environment).problems() == [
        "KAFKA_SASL_PASSWORD and KAFKA_SASL_PASSWORD_FILE are both set: choose one"
    ]


@pytest.mark.parametrize(
    "name", ["sasl_mechanism", "sasl_username", "sasl_password", "ssl_cafile", "ssl_certfile", "ssl_keyfile"]
)
def test_one_setting_alone_that_would_not_be_used_is_refused(name: str) -> None:
    problem = Connection(**{name: "given"}).problems()[0]
    assert problem.startswith(f"KAFKA_{name.partition('_')[0].upper()}_* is set, but KAFKA_SECURITY_PROTOCOL is not ")


@pytest.mark.parametrize("servers", ["kafka", ":9092", "kafka:", "kafka:port", "kafka:9092,", "kafka:9092,other"])
def test_each_server_has_a_name_and_a_port(servers: str) -> None:
    assert "expected host:port" in Connection(servers).problems()[0]


@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL"])
def test_certificates_are_told_to_every_client_alike(tmp_path: Path, protocol: str) -> None:
    files = {f"KAFKA_SSL_{kind}FILE": str(tmp_path / kind) for kind in ("CA", "CERT", "KEY")}
    for file in files.values():
        Path(file).touch()
    others = SASL if protocol == "SASL_SSL" else {}
    connection = Connection.from_environment(others | files | {"KAFKA_SECURITY_PROTOCOL": protocol})
    assert connection.problems() == []
    named = [str(tmp_path / kind) for kind in ("CA", "CERT", "KEY")]
    assert [client_options(connection)[f"ssl_{kind}file"] for kind in ("ca", "cert", "key")] == named
    confluents = confluent_plain.client_options(connection)
    assert [confluents[f"ssl.{kind}.location"] for kind in ("ca", "certificate", "key")] == named


def test_a_password_that_is_sent_in_plain_text_is_needed_too() -> None:
    problems = Connection(security_protocol="SASL_PLAINTEXT").problems()
    assert [problem.partition(" ")[0] for problem in problems] == [
        "KAFKA_SASL_MECHANISM",
        "KAFKA_SASL_USERNAME",
        "SASL_PLAINTEXT",
    ]
    plain = Connection.from_environment(SASL | {"KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT"})
    assert plain.problems() == []


def test_feedback_has_a_topic_of_its_own() -> None:
    assert "must differ" in Topics(feedback="reviews").problems()[0]


def test_credentials_that_would_not_be_used_are_refused() -> None:
    problems = Connection.from_environment(SASL | {"KAFKA_SECURITY_PROTOCOL": "SSL"}).problems()
    assert problems == ["KAFKA_SASL_* is set, but KAFKA_SECURITY_PROTOCOL is not SASL_SSL or SASL_PLAINTEXT"]
    assert "expected one of" in Connection(security_protocol="TLS").problems()[0]
    assert Connection(security_protocol="SSL", ssl_cafile="ca.pem").problems() == []


def test_a_client_that_is_not_installed_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "streaming.brokers.confluent", raising=False)
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    with pytest.raises(SettingError, match=r"pip install .\.\[fast\]"):
        open_cluster("confluent", Connection(), Limits())


def test_a_client_that_there_is_not_is_refused() -> None:
    with pytest.raises(SettingError, match="expected one of kafka-python, confluent"):
        open_cluster("librdkafka", Connection(), Limits())


def test_kafka_python_looks_for_a_broker_as_often_after_a_long_outage_as_after_a_short_one() -> None:
    assert client_options(Connection())["reconnect_backoff_max_ms"] <= 1000
