"""What the stream door is told by flags and environment: read once, at its entrance; what is wrong is named at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sentiment.errors import SettingError
from sentiment.reviews import MOST_CHARACTERS

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
CLIENTS = ("kafka-python", "confluent")
PASSWORD_FILE = "KAFKA_SASL_PASSWORD_FILE"  # noqa: S105 - the name of a variable
FILES = (PASSWORD_FILE, "KAFKA_SSL_CAFILE", "KAFKA_SSL_CERTFILE", "KAFKA_SSL_KEYFILE")


@dataclass(frozen=True)
class Connection:
    """Where the cluster is and how to be let in: the same for every consumer, producer and admin client."""

    bootstrap_servers: str = "localhost:9092"
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None
    misread: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], bootstrap_servers: str | None = None) -> Connection:
        """Read the `KAFKA_*` variables; a flag's `bootstrap_servers` goes before its variable."""
        read = _without_empty(environment)
        password, misread = _password(read)
        return cls(
            bootstrap_servers=bootstrap_servers or read.get("KAFKA_BOOTSTRAP_SERVERS", cls.bootstrap_servers),
            security_protocol=read.get("KAFKA_SECURITY_PROTOCOL", cls.security_protocol).upper(),
            sasl_mechanism=read.get("KAFKA_SASL_MECHANISM"),
            sasl_username=read.get("KAFKA_SASL_USERNAME"),
            sasl_password=password,
            ssl_cafile=read.get("KAFKA_SSL_CAFILE"),
            ssl_certfile=read.get("KAFKA_SSL_CERTFILE"),
            ssl_keyfile=read.get("KAFKA_SSL_KEYFILE"),
            misread=(*_misread(read), *misread),
        )

    def problems(self) -> list[str]:
        """What is wrong with these values, a sentence each."""
        found = list(self.misread)
        found += [
            f"KAFKA_BOOTSTRAP_SERVERS has {server!r}: expected host:port, separated by commas"
            for server in self.bootstrap_servers.split(",")
            if not server.strip().rpartition(":")[0] or not server.strip().rpartition(":")[2].isdecimal()
        ]
        if self.security_protocol not in PROTOCOLS:
            found.append(
                f"KAFKA_SECURITY_PROTOCOL is {self.security_protocol!r}: expected one of {', '.join(PROTOCOLS)}"
            )
        if self.security_protocol.startswith("SASL"):
            found += self._sasl_problems()
        elif self.sasl_mechanism or self.sasl_username or self.sasl_password:
            found.append("KAFKA_SASL_* is set, but KAFKA_SECURITY_PROTOCOL is not SASL_SSL or SASL_PLAINTEXT")
        if not self.security_protocol.endswith("SSL") and (self.ssl_cafile or self.ssl_certfile or self.ssl_keyfile):
            found.append("KAFKA_SSL_* is set, but KAFKA_SECURITY_PROTOCOL is not SSL or SASL_SSL")
        if bool(self.ssl_certfile) != bool(self.ssl_keyfile):
            found.append("KAFKA_SSL_CERTFILE and KAFKA_SSL_KEYFILE belong together: set both or neither")
        return found

    def _sasl_problems(self) -> list[str]:
        found = []
        if self.sasl_mechanism not in MECHANISMS:
            found.append(f"KAFKA_SASL_MECHANISM is {self.sasl_mechanism!r}: expected one of {', '.join(MECHANISMS)}")
        if not self.sasl_username:
            found.append(f"KAFKA_SASL_USERNAME is not set, and {self.security_protocol} needs it")
        if not self.sasl_password:
            found.append(f"{self.security_protocol} needs KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE")
        return found


@dataclass(frozen=True)
class Topics:
    """The names of the topics, and how they are created where they do not exist; -1 leaves the copies to the broker."""

    reviews: str = "reviews"
    results: str = "sentiment"
    dead_letters: str = "dlq.reviews"
    feedback: str = "reviews.feedback"
    partitions: int = 3
    replication_factor: int = -1

    def names(self) -> tuple[str, str, str]:
        """Those that a worker of the stream needs."""
        return self.reviews, self.results, self.dead_letters

    def problems(self) -> list[str]:
        found = []
        names = (*self.names(), self.feedback)
        if len(set(names)) < len(names):
            found.append(f"the topics {', '.join(names)} must differ from one another")
        if self.partitions < 1:
            found.append(f"partitions is {self.partitions}: expected 1 or more")
        if self.replication_factor < 1 and self.replication_factor != -1:
            found.append(
                f"replication factor is {self.replication_factor}: expected 1 or more, or -1 for the broker's own"
            )
        return found


@dataclass(frozen=True)
class Limits:
    """How much is taken at once, and how large one review and one result may be, with key and headers."""

    batch_records: int = 2_000
    batch_bytes: int = 8 << 20
    wait_seconds: float = 0.5
    text_characters: int = MOST_CHARACTERS
    result_bytes: int = 1_000_000

    @property
    def sent_bytes(self) -> int:
        """The most that is sent as one record: a dead letter is more than its record, by some headers."""
        return 2 * self.result_bytes

    def problems(self) -> list[str]:
        return [f"{name} is {value}: expected more than 0" for name, value in vars(self).items() if value <= 0]


@dataclass(frozen=True)
class StreamSettings:
    """All that a worker is told. `instance` is its name in the group: its own, and the same after a restart.

    Several `workers` add their numbers to it. Without a `metrics_port` there is no endpoint.
    """

    group: str = "sentiment"
    instance: str = "worker"
    client: str = CLIENTS[0]
    workers: int = 1
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None
    connection: Connection = field(default_factory=Connection)
    topics: Topics = field(default_factory=Topics)
    limits: Limits = field(default_factory=Limits)
    explain: bool = False

    def __post_init__(self) -> None:
        names = {"group": self.group, "instance": self.instance}
        problems = [f"{name} is empty" for name, value in names.items() if not value.strip()]
        if self.workers < 1:
            problems.append(f"workers is {self.workers}: expected 1 or more")
        refuse(problems + self.connection.problems() + self.topics.problems() + self.limits.problems())


def refuse(problems: list[str]) -> None:
    """Raise one SettingError that names every problem, if there is any."""
    if problems:
        raise SettingError("wrong settings:\n" + "\n".join(f"  - {problem}" for problem in problems))


def _without_empty(environment: Mapping[str, str]) -> dict[str, str]:
    """Compose files and charts pass unset variables on as empty ones."""
    return {name: value for name, value in environment.items() if name.startswith("KAFKA_") and value.strip()}


def _misread(read: Mapping[str, str]) -> list[str]:
    """What is wrong with the files that are named, without a look at what they hold."""
    found = [f"{name}: {problem}" for name in FILES if name in read and (problem := _problem_of(Path(read[name])))]
    if "KAFKA_SASL_PASSWORD" in read and PASSWORD_FILE in read:
        found.append(f"KAFKA_SASL_PASSWORD and {PASSWORD_FILE} are both set: choose one")
    return found


def _problem_of(path: Path) -> str | None:
    if not path.is_file():
        return f"{path} is no file" if path.exists() else f"there is no file {path}"
    try:
        path.open("rb").close()
    except OSError as error:
        return f"{path} can't be read: {error.strerror}"
    return None


def _password(read: Mapping[str, str]) -> tuple[str | None, list[str]]:
    """The password, and what is wrong with its file beyond what `_misread` tells."""
    path = Path(read.get(PASSWORD_FILE, ""))
    if not path.is_file():
        return read.get("KAFKA_SASL_PASSWORD"), []
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n"), []
    except UnicodeDecodeError:
        return None, [f"{PASSWORD_FILE}: {path} is not UTF-8"]
    except OSError:
        return None, []
