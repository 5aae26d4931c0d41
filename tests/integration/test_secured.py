"""A broker that asks for TLS and for a password or a certificate: each way in, through both clients, exactly once."""

from __future__ import annotations

import gc
import socket
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from string import Template
from typing import NamedTuple

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from local import broker
from local.jars import Software
from sentiment.errors import ServiceError
from streaming.brokers import kafka_python_plain
from streaming.brokers.clients import open_cluster
from streaming.settings import CLIENTS, MECHANISMS, Connection, Limits
from tests.contract.conftest import World, poll

# kafka-python leaves the sockets of handshakes that fail to Python's collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
HERE = Path(__file__).parent
USER, PASSWORD = "reviews", "a-secret-of-the-tests"


class Secured(NamedTuple):
    """A broker's two doors, and the certificates for them."""

    passwords: str
    certificates: str
    folder: Path

    def by_password(self, mechanism: str) -> Connection:
        return Connection(
            self.passwords,
            security_protocol="SASL_SSL",
            sasl_mechanism=mechanism,
            sasl_username=USER,
            sasl_password=PASSWORD,
            ssl_cafile=str(self.folder / "ca.crt"),
        )

    def by_certificate(self) -> Connection:
        return Connection(
            self.certificates,
            security_protocol="SSL",
            ssl_cafile=str(self.folder / "ca.crt"),
            ssl_certfile=str(self.folder / "client.crt"),
            ssl_keyfile=str(self.folder / "client.key"),
        )


@pytest.fixture(autouse=True)
def _collect_sockets() -> Iterator[None]:
    """Here, and not in a test that knows nothing of them."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory, software: Software) -> Iterator[Secured]:
    certificates, folder = tmp_path_factory.mktemp("certificates"), tmp_path_factory.mktemp("kafka")
    authority(certificates)
    certificate(certificates, "server")
    certificate(certificates, "client")
    (certificates / "server.pem").write_text(
        (certificates / "server.key").read_text() + (certificates / "server.crt").read_text()
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        ssl_port = free.getsockname()[1]
    own = "\n".join(line for line in broker.TEMPLATE.read_text().splitlines() if not line.startswith("listeners="))
    more = Template((HERE / "secured.properties").read_text())
    template = certificates / "server.properties"
    filled = more.safe_substitute(ssl_port=ssl_port, password=PASSWORD, certificates=certificates)
    template.write_text(f"{own}\n{filled}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(broker, "TEMPLATE", template)
        address = broker.start(folder, software, port=0).address
    try:
        doors = Secured(address, f"127.0.0.1:{ssl_port}", certificates)
        add_scram_user(doors)
        yield doors
    finally:
        broker.stop(folder)


def authority(folder: Path) -> None:
    openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=authority",
            "-keyout", "ca.key", "-out", "ca.crt")  # fmt: skip


def certificate(folder: Path, name: str) -> None:
    """A key and a certificate for this machine, signed by the authority."""
    openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr")  # fmt: skip
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", "names", "-out", f"{name}.crt")  # fmt: skip


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def administer(doors: Secured) -> AdminClient:
    return AdminClient({
        "bootstrap.servers": doors.passwords, "security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN",
        "sasl.username": USER, "sasl.password": PASSWORD, "ssl.ca.location": str(doors.folder / "ca.crt"),
    })  # fmt: skip


def add_scram_user(doors: Secured) -> None:
    admin = administer(doors)
    for mechanism in (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512):
        added = UserScramCredentialUpsertion(USER, ScramCredentialInfo(mechanism, 4096), PASSWORD.encode())
        for done in admin.alter_user_scram_credentials([added]).values():
            done.result(30)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("way", [*MECHANISMS, "certificate"])
def test_each_way_in_serves_all_that_the_stream_asks_for(secured: Secured, client: str, way: str) -> None:
    connection = secured.by_certificate() if way == "certificate" else secured.by_password(way)
    cluster = open_cluster(client, connection, Limits())
    with ExitStack() as stack:
        world = World(cluster, stack, cluster)
        world.send("one", "two")
        member = world.join()
        answered = 0
        while answered < 2:
            batch = poll(member)
            world.answer(member, batch)
            answered += len(batch.records)
        assert world.answers(2) == ["one", "two"]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_group_that_this_user_may_not_join_is_an_error(secured: Secured, client: str) -> None:
    cluster = open_cluster(client, secured.by_password("PLAIN"), Limits())
    with ExitStack() as stack:
        world = World(cluster, stack, cluster)
        group = (ResourceType.GROUP, f"group-{world.name}", ResourcePatternType.LITERAL)
        denied = AclBinding(*group, f"User:{USER}", "*", AclOperation.READ, AclPermissionType.DENY)
        admin = administer(secured)
        for done in admin.create_acls([denied]).values():
            done.result(30)
        member = world.join()
        with pytest.raises(ServiceError, match=r"(?i)group.*authorization"):
            poll(member)


# Every verb asks for its topics first, and does so by kafka-python, whichever client works afterwards.


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_python_plain, "START_MS", 3_000)


def ask(connection: Connection) -> None:
    open_cluster(CLIENTS[0], connection, Limits()).missing(["reviews"])


def test_a_wrong_password_is_an_error_that_does_not_tell_it(secured: Secured, impatient: None) -> None:
    wrong = replace(secured.by_password("SCRAM-SHA-512"), sasl_password="not-the-password")  # noqa: S106
    with pytest.raises(ServiceError, match=r"(?i)authentication|KAFKA_SASL_") as caught:
        ask(wrong)
    assert "not-the-password" not in str(caught.value)


def test_a_broker_of_another_authority_is_refused(secured: Secured, impatient: None, tmp_path: Path) -> None:
    authority(tmp_path)
    with pytest.raises(ServiceError, match=r"(?i)certificate verify failed"):
        ask(replace(secured.by_password("PLAIN"), ssl_cafile=str(tmp_path / "ca.crt")))


def test_without_a_certificate_nobody_gets_in(secured: Secured, impatient: None) -> None:
    with pytest.raises(ServiceError, match=r"(?i)certificate required|KAFKA_SSL_|bad_certificate"):
        ask(replace(secured.by_certificate(), ssl_certfile=None, ssl_keyfile=None))


def test_a_client_that_speaks_in_clear_is_told_to_look_at_its_settings(secured: Secured, impatient: None) -> None:
    with pytest.raises(ServiceError, match="KAFKA_SECURITY_PROTOCOL"):
        ask(Connection(secured.passwords))
