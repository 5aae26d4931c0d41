"""Kafka's jars, fetched once by the Apache Ivy that pyspark carries and checked against the sums kept here."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from local.java import Java, find_java
from local.processes import alone
from sentiment.errors import ServiceError, SettingError

HERE = Path(__file__).parent
IVY_XML = HERE / "ivy.xml"
IVY_SETTINGS = HERE / "ivysettings.xml"
SUMS = HERE / "kafka-4.1.1.sha256"


@dataclass(frozen=True)
class Software:
    """What a broker runs on: a Java and the folder of Kafka's jars, both by absolute paths."""

    java: Java
    libs: Path

    def command(self, *arguments: str) -> list[str]:
        """The command line that runs one of Kafka's programs."""
        return [str(self.java.command), "-cp", f"{self.libs}/*", *arguments]


def prepare(home: Path, ivy_settings: Path | None = None) -> Software:
    """Find Java and the jars in `<home>/kafka/libs`, which are fetched if they aren't there yet, and check the jars.

    `ivy_settings` is an ivysettings.xml that names another place than Maven Central.
    Raises SettingError or ServiceError if a part is missing, can't be fetched or is not what it should be.
    """
    home = home.absolute()
    java = find_java(home)
    libs = home / "kafka" / "libs"
    with alone(home / "ivy" / "lock"):
        if not libs.exists():
            _fetch(home, java, ivy_settings or IVY_SETTINGS)
    verify(libs)
    return Software(java, libs)


def verify(libs: Path) -> None:
    """Raise ServiceError unless the folder holds exactly the listed jars, byte for byte."""
    wanted = {name: digest for digest, name in map(str.split, SUMS.read_text("utf-8").splitlines())}
    files = [path for path in libs.iterdir() if path.is_file()]
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        raise ServiceError(
            f"{libs} is not what {SUMS.name} lists; missing, changed or surplus: {', '.join(wrong)}. "
            "Delete the folders kafka/libs and ivy of the project's state to fetch all anew"
        )


def _fetch(home: Path, java: Java, settings: Path) -> None:
    """All jars or none: the folder gets its final name when it is complete and checked."""
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=home) as folder:
        jars = Path(folder) / "libs"
        _retrieve(jars, home / "ivy", java, settings)
        verify(jars)
        (home / "kafka").mkdir(exist_ok=True)
        jars.rename(home / "kafka" / "libs")


def _retrieve(jars: Path, state: Path, java: Java, settings: Path) -> None:
    """Run Ivy with a cache of its own: one in the user's home that holds poms without jars breaks the resolution."""
    ivy = [str(java.command), f"-Divy.default.ivy.user.dir={state}", "-cp", str(_ivy()), "org.apache.ivy.Main"]
    what = ["-settings", str(settings), "-ivy", str(IVY_XML), "-confs", "default"]
    where = ["-retrieve", f"{jars}/[artifact]-[revision].[ext]"]
    run = subprocess.run([*ivy, *what, *where], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if run.returncode:
        raise ServiceError(
            f"Kafka's jars can't be fetched: {_last_meaningful_line(run.stdout.decode(errors='replace'))} "
            "(without access to Maven Central, name a mirror's ivysettings.xml by SENTIMENT_IVY_SETTINGS)"
        )


def _ivy() -> Path:
    """Ivy's jar in pyspark's folder, which is found without importing pyspark."""
    spark = importlib.util.find_spec("pyspark")
    folders = (spark and spark.submodule_search_locations) or ()
    for folder in folders:
        for jar in Path(folder, "jars").glob("ivy-*.jar"):
            return jar
    raise SettingError(
        "pyspark, which carries the fetcher of Kafka's jars, is missing: pip install '.[local]' in the project's folder"
    )


def _last_meaningful_line(output: str) -> str:
    """The last that is neither one of Ivy's headings nor a step of a stack trace."""
    lines = (line.strip() for line in reversed(output.splitlines()))
    return next((line for line in lines if line and not line.startswith(("::", "at "))), "Ivy said nothing")
