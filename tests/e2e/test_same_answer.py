"""One model, trained by the command, asked through Spark, the command line, HTTP and Kafka: the same bits.

Needs Java (for Spark and the broker).
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pandas as pd
import pytest

from cli.demo.preparing import free_port
from cli.demo.services import answers, log_has, running
from local.java import find_java
from sentiment.cleaning import clean
from tests.quick_java import QUICK

PROJECT = Path(__file__).parents[2]
SENTIMENT = [sys.executable, "-m", "cli"]
REVIEWS = (
    "A wonderful film: moving, funny and beautifully played. 10/10!",
    "Boring from start to finish.<br /><br />I want my two hours back.",
    "Un film magnifique, porté par des acteurs formidables.",
    "Quel navet… on s’ennuie, et l&#39;histoire n&#39;a aucun intérêt.",
    "Not bad, but e\u0301te\u0301 İSTANBUL 👍🏽 it's no 'masterpiece'",
    "日本語",
)

Answers = dict[str, tuple[str, float]]  # text -> label, probability


def run(*arguments: str, **options: Any) -> str:
    finished = subprocess.run([*SENTIMENT, *arguments], capture_output=True, text=True, check=False, **options)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("e2e")
    parts = [pd.read_parquet(PROJECT / "data" / name) for name in ("imdb-train.parquet", "allocine-train.parquet")]
    pd.concat(part.sample(500, random_state=1) for part in parts).to_json(
        place / "few.jsonl", orient="records", lines=True
    )
    flags = ["--output", str(place / "models"), "--buckets", "262144", "--penalty", "100"]
    told = run("train", "--input", str(place / "few.jsonl"), *flags, env=QUICK | os.environ)
    assert "now current" in told
    return place / "models"


@pytest.fixture(scope="module")
def spark_answers(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What Spark itself says, in an interpreter of its own with nothing but pyspark."""
    place = tmp_path_factory.mktemp("spark")
    (place / "texts.json").write_text(json.dumps([clean(text) for text in REVIEWS]), "utf-8")
    pipeline = models / (models / "current").read_text().strip() / "spark"
    script = PROJECT / "tests" / "spark" / "isolated.py"
    command = [sys.executable, str(script), str(pipeline), str(place / "texts.json"), str(place / "answers.json")]
    java = {"JAVA_HOME": str(find_java(PROJECT / ".local").home), "SPARK_LOCAL_IP": "127.0.0.1"}
    subprocess.run(command, check=True, capture_output=True, env=QUICK | os.environ | java)
    found = json.loads((place / "answers.json").read_text("utf-8"))
    labels = ["positive" if prediction else "negative" for prediction in found["prediction"]]
    return dict(zip(REVIEWS, zip(labels, found["probability"], strict=True), strict=True))


@pytest.fixture(scope="module")
def address(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = f"http://127.0.0.1:{free_port(0)}"
    log = tmp_path_factory.mktemp("serve") / "serve.log"
    arguments = ["serve", "--model", str(models), "--port", url.rpartition(":")[2]]
    with running(arguments, log, answers(f"{url}/health/ready")):
        yield url


def test_spark_gives_both_labels(spark_answers: Answers) -> None:
    assert {label for label, _ in spark_answers.values()} == {"positive", "negative"}


def test_the_command_line_gives_sparks_answers(models: Path, spark_answers: Answers) -> None:
    lines = run("predict", "--model", str(models), "--json", *REVIEWS).splitlines()
    _assert_same(_answers(map(json.loads, lines)), spark_answers)


def test_http_gives_sparks_answers(address: str, spark_answers: Answers) -> None:
    singly = [_post(address, {"text": text}) for text in REVIEWS]
    together = _post(address, {"texts": list(REVIEWS)})["predictions"]
    assert _answers(singly) == _answers(together)
    _assert_same(_answers(singly), spark_answers)


def test_kafka_gives_sparks_answers(
    models: Path, bootstrap_servers: str, spark_answers: Answers, tmp_path: Path
) -> None:
    name = uuid.uuid4().hex[:8]
    topics = {f"SENTIMENT_{role}_TOPIC": f"{role.lower()}-{name}" for role in ("REVIEWS", "RESULTS", "DEAD_LETTERS")}
    environment = os.environ | topics | {"KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers}
    (tmp_path / "reviews.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in REVIEWS), "utf-8")
    with ExitStack() as stack:
        for variable, value in topics.items():
            stack.enter_context(pytest.MonkeyPatch.context()).setenv(variable, value)
        log = tmp_path / "stream.log"
        flags = ["--model", str(models), "--bootstrap-servers", bootstrap_servers, "--group", name, "--create-topics"]
        stack.enter_context(running(["stream", *flags], log, log_has(log, b"ready")))
        run("produce", str(tmp_path / "reviews.jsonl"), env=environment)
        lines = run("consume", "--from-beginning", "--json", "--max", str(len(REVIEWS)), env=environment).splitlines()
    _assert_same(_answers(map(json.loads, lines)), spark_answers)


def _post(address: str, body: dict[str, Any]) -> Any:
    request = Request(f"{address}/predict", json.dumps(body).encode(), {"content-type": "application/json"})  # noqa: S310
    with urlopen(request, timeout=10) as response:  # noqa: S310 - our own server
        return json.load(response)


def _assert_same(ours: Answers, sparks: Answers) -> None:
    """Labels equal; probabilities too, but for the last bit: Java's exp() is not that of the C library."""
    assert {text: label for text, (label, _) in ours.items()} == {text: label for text, (label, _) in sparks.items()}
    assert max(abs(ours[text][1] - probability) for text, (_, probability) in sparks.items()) <= 2**-52


def _answers(results: Iterator[Any] | list[Any]) -> Answers:
    found = {result["review"]["text"]: (result["label"], result["probability"]) for result in results}
    return dict(itertools.islice(found.items(), len(REVIEWS)))
