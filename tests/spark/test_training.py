"""A training run says what it does, does the same again, and publishes nothing that Spark contradicts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import msgspec
import numpy as np
import pytest
from pyspark.ml import Transformer
from pyspark.sql import DataFrame, SparkSession

from sentiment import Classifier, folder, versions
from sentiment.errors import ModelError
from sentiment.folder import MANIFEST, Weights
from sentiment.manifest import Calibration
from sentiment.textrule import TextRule, default_text_rule
from spark_jobs import publishing
from spark_jobs.account import extras
from spark_jobs.columns import GROUP, LABEL, LANGUAGE, TEXT
from spark_jobs.features import token_stages
from spark_jobs.fitting import Linear
from spark_jobs.publishing import About, Candidate, publish
from spark_jobs.searching import Search
from spark_jobs.splitting import FOLDS
from spark_jobs.terms import terms_of_buckets
from spark_jobs.train_model import train
from tests.spark.conftest import Heard, Trained
from tests.tiny import BUCKETS, bucket_of, write_tiny_model

UNCALIBRATED = Calibration("none", {}, {}, 0.0, 0.5, 0.5)


def test_each_step_is_said(trained: Trained) -> None:
    coefficients = len(folder.read_weights(trained.published.path).buckets)
    steps = [
        r"reading \S+",
        r"600 rows: .*; 600 kept",
        r"warning: 600 texts are few: .*",
        r"splitting: \d+ rows to train, \d+ rows to test",
        *[rf"cross-validation: {done} of {FOLDS} fits, about \d+ s to go" for done in range(1, FOLDS + 1)],
        rf"{coefficients:,} coefficients; writing, and comparing with Spark",
    ]
    assert len(trained.messages) == len(steps)
    assert all(re.fullmatch(step, said) for step, said in zip(steps, trained.messages, strict=True))


def test_training_again_on_the_same_reviews_gives_the_same_bytes(
    spark: SparkSession, trained: Trained, tmp_path: Path
) -> None:
    first = trained.published
    again = train(spark, replace(trained.training, models=tmp_path, held_out=None), Heard())
    for name in ("coefficients.npz", "terms.txt.gz", "checks.jsonl"):
        assert (again.path / name).read_bytes() == (first.path / name).read_bytes(), name
    assert again.manifest.version.partition("-")[2] == first.manifest.version.partition("-")[2]
    assert again.manifest.data == first.manifest.data
    assert again.manifest.metrics == first.manifest.metrics


@pytest.fixture
def misread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spark drops digits, as if it read the rule otherwise; the compiled scorer takes them as ever."""

    def misread_stages(rule: TextRule) -> list[Transformer]:
        digits, *others = rule.word
        assert digits == (ord("0"), ord("9"))
        return token_stages(msgspec.structs.replace(rule, word=tuple(others)))

    monkeypatch.setattr(publishing, "token_stages", misread_stages)


@pytest.fixture(scope="module")
def rows(spark: SparkSession) -> DataFrame:
    reviews = [("8 films", 1, "en", 0), ("a film", 0, "en", 1)]
    return spark.createDataFrame(reviews, f"{TEXT} string, {LABEL} int, {LANGUAGE} string, {GROUP} long").coalesce(1)


@pytest.mark.usefixtures("misread")
def test_a_model_that_spark_contradicts_is_not_published(trained: Trained, tmp_path: Path, rows: DataFrame) -> None:
    models = write_tiny_model(tmp_path / "models")
    before = _all_files(models)
    candidate = Candidate(default_text_rule(max_order=1), BUCKETS, _linear({"8": 4.0}), UNCALIBRATED)
    about = About(trained.published.manifest.training, trained.published.manifest.data)
    with pytest.raises(ModelError, match=r"do not give the same answers .* nothing was promoted"):
        publish(candidate, (rows, rows), about, models)
    assert _all_files(models) == before
    assert Classifier.load(models).version == versions.current(models) == "tiny-1"


def test_a_run_that_breaks_off_leaves_nothing_behind(tmp_path: Path, rows: DataFrame) -> None:
    candidate = Candidate(default_text_rule(), BUCKETS, _linear({"film": 1.0, "never seen": np.inf}), UNCALIBRATED)
    with pytest.raises(ModelError, match="finite coefficients"):
        publish(candidate, (rows, rows), About({}, {}), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_has_left_is_removed_a_day_later_and_is_no_version(tmp_path: Path, rows: DataFrame) -> None:
    now = datetime.now(UTC)
    recent, old = (f".{now - timedelta(hours=age):%Y%m%dT%H%M%S}-0123abcd-unfinished" for age in (23, 25))
    for name in (recent, old):
        (tmp_path / name).mkdir()
        (tmp_path / name / MANIFEST).touch()
    assert versions.names(tmp_path) == []
    candidate = Candidate(default_text_rule(), BUCKETS, _linear({"film": np.inf}), UNCALIBRATED)
    with pytest.raises(ModelError, match="finite coefficients"):
        publish(candidate, (rows, rows), About({}, {}), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [recent]


def test_two_runs_that_write_in_one_second_do_not_meet(
    tmp_path: Path, rows: DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Stopped:
            return cls(2026, 1, 1, tzinfo=tz)

    monkeypatch.setattr(publishing, "datetime", Stopped)
    (tmp_path / ".20260101T000000-unfinished").mkdir()
    candidate = Candidate(default_text_rule(), BUCKETS, _linear({"film": np.inf}), UNCALIBRATED)
    with pytest.raises(ModelError, match="finite coefficients"):
        publish(candidate, (rows, rows), About({}, {}), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".20260101T000000-unfinished"]


@pytest.mark.parametrize("texts", [["good good film", "", "another"], ["another"], []])
def test_terms_are_found_whatever_partitions_hold_none(spark: SparkSession, texts: list[str]) -> None:
    candidate = Candidate(default_text_rule(), BUCKETS, _linear({"film": 1.0}), UNCALIBRATED)
    frame = spark.createDataFrame([(text,) for text in texts], f"{TEXT} string").repartition(4)
    found = terms_of_buckets(frame, candidate.scorer, candidate.linear.weights.buckets)
    assert found == [("film",) if "good good film" in texts else ()]


def test_training_texts_are_counted_by_language_the_most_frequent_first(spark: SparkSession) -> None:
    frame = spark.createDataFrame([("fr",), ("other",), *[("en",)] * 3, ("fr",)], f"{LANGUAGE} string")
    found = extras(Search(1.0, [], {}), [], frame).documents
    assert list(found.items()) == [("en", 3), ("fr", 2), ("other", 1)]


def _linear(coefficients: dict[str, float]) -> Linear:
    by_bucket = sorted((bucket_of(term), coefficient) for term, coefficient in coefficients.items())
    buckets, values = zip(*by_bucket, strict=True)
    return Linear(Weights(np.array(buckets, np.uint32), np.array(values)), -1.0)


def _all_files(models: Path) -> dict[str, bytes]:
    return {str(path.relative_to(models)): path.read_bytes() for path in models.rglob("*") if path.is_file()}
