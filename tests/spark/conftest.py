"""One Spark session, one small model trained end to end; both are made once for all tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from local.java import find_java
from sentiment import Classifier
from sentiment.errors import SettingError
from spark_jobs.fitting import Recipe
from spark_jobs.progress import Progress
from spark_jobs.publishing import Published
from spark_jobs.session import start_session
from spark_jobs.train_model import Training, train
from tests.lacking import lacking
from tests.quick_java import QUICK
from tests.spark.strange_texts import cleaned_words, strange_texts

PROJECT = Path(__file__).parents[2]
SET_BY_THE_TESTS = ("PYSPARK_PYTHON", "SPARK_LOCAL_IP", "SPARK_MASTER")


class Heard(Progress):
    """Keeps what a training run says."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def __call__(self, message: str) -> None:
        self.messages.append(message)


class Trained(NamedTuple):
    training: Training
    published: Published
    messages: list[str]


@pytest.fixture(scope="session")
def java_home() -> Path:
    """A Java runtime; a machine without one skips these tests, unless it is CI's."""
    try:
        home = find_java(PROJECT / ".local").home
    except SettingError as error:
        lacking(str(error))
    os.environ["JAVA_HOME"] = str(home)
    for name, value in QUICK.items():
        os.environ.setdefault(name, value)
    return home


@pytest.fixture(scope="session")
def spark(java_home: Path) -> Iterator[SparkSession]:
    session = start_session("tests", driver_memory="2g")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two Parquet files: 300 short reviews in each language, half of them positive."""
    folder = tmp_path_factory.mktemp("reviews")
    for name in ("imdb", "allocine"):
        whole = pd.read_parquet(PROJECT / f"data/{name}-train.parquet")
        short = whole[whole["review"].str.len() < 700]
        short.groupby("label").head(150).to_parquet(folder / f"{name}.parquet")
    return folder


@pytest.fixture(scope="session")
def trained(spark: SparkSession, reviews: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A model of which nearly every bucket has a coefficient, so that a term read differently changes the margin."""
    output = tmp_path_factory.mktemp("trained")
    recipe = Recipe(buckets=1 << 18, least_frequency=1, penalties=(100.0,), keep=1 << 18, iterations=5)
    training = Training([str(reviews)], output / "models", recipe=recipe, held_out=output / "held-out" / "rows.jsonl")
    say = Heard()
    return Trained(training, train(spark, training, say), say.messages)


@pytest.fixture(scope="session")
def classifier(trained: Trained) -> Classifier:
    return Classifier.load(trained.training.models)


@pytest.fixture(scope="session")
def texts(reviews: Path) -> list[str]:
    """Golden and fuzzed texts as users may send them, before cleaning."""
    return strange_texts(cleaned_words(reviews))


def spark_submit(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What a user starts in an activated environment, and what it printed."""
    environment = {name: value for name, value in os.environ.items() if name not in SET_BY_THE_TESTS}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["spark-submit", *arguments]
    return subprocess.run(command, check=False, cwd=PROJECT, env=environment, capture_output=True, text=True)
