"""A training run says what it does, does the same again, and publishes nothing that Spark contradicts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from pyspark.sql import SparkSession

from sentiment import Classifier, versions
from sentiment.errors import ModelError
from sentiment.folder import Weights
from sentiment.manifest import Calibration
from sentiment.textrule import TextRule, default_text_rule
from spark_jobs.columns import LABEL, LANGUAGE, TEXT
from spark_jobs.fitting import Linear
from spark_jobs.publishing import Candidate, publish
from spark_jobs.train_model import train
from tests.spark.conftest import Heard, Trained
from tests.tiny import BUCKETS, bucket_of, write_tiny_model

UNCALIBRATED = Calibration("none", 1.0, 0.0, 0.5, 0.5)


def test_each_step_is_said(trained: Trained) -> None:
    openings = ("reading ", "600 rows: ", "warning: 600 texts are few", "fitting on ", "")
    assert len(trained.messages) == len(openings)
    assert all(message.startswith(opening) for message, opening in zip(trained.messages, openings, strict=True))
    assert trained.messages[-1].endswith("coefficients kept; writing, and comparing with Spark")


def test_training_again_on_the_same_reviews_gives_the_same_bytes(
    spark: SparkSession, trained: Trained, tmp_path: Path
) -> None:
    first = trained.published
    again = train(spark, replace(trained.training, models=tmp_path, held_out=None), Heard())
    assert again.manifest.files.keys() == first.manifest.files.keys()
    for name in ("coefficients.npz", "terms.txt", "checks.jsonl"):
        assert (again.path / name).read_bytes() == (first.path / name).read_bytes(), name
    assert again.manifest.version.partition("-")[2] == first.manifest.version.partition("-")[2]
    assert again.manifest.data == first.manifest.data
    assert again.manifest.metrics == first.manifest.metrics


@pytest.fixture
def misread_rule() -> TextRule:
    """A rule without digits among its words: Spark then drops them, the compiled scorer takes them as it always does."""
    rule = default_text_rule(max_order=1)
    digits, *others = rule.word
    assert digits == (ord("0"), ord("9"))
    return msgspec.structs.replace(rule, word=tuple(others))


def test_a_model_that_spark_contradicts_is_not_published(
    spark: SparkSession, tmp_path: Path, misread_rule: TextRule
) -> None:
    models = write_tiny_model(tmp_path / "models")
    before = _all_files(models)
    weights = Weights(np.array([bucket_of("8")], np.uint32), np.array([4.0]))
    candidate = Candidate(misread_rule, BUCKETS, Linear(weights, -1.0), UNCALIBRATED)
    rows = spark.createDataFrame([("8", 1, "en"), ("film", 0, "en")], f"{TEXT} string, {LABEL} int, {LANGUAGE} string")
    with pytest.raises(ModelError, match=r"do not give the same labels .* nothing was promoted"):
        publish(candidate, (rows, rows), {}, models)
    assert _all_files(models) == before
    assert Classifier.load(models).version == versions.current(models) == "tiny-1"


def test_a_run_that_breaks_off_leaves_nothing_behind(spark: SparkSession, tmp_path: Path) -> None:
    models = tmp_path / "models"
    weights = Weights(np.array([1], np.uint32), np.array([np.nan]))
    candidate = Candidate(default_text_rule(), BUCKETS, Linear(weights, 0.0), UNCALIBRATED)
    rows = spark.createDataFrame([("a film", 1, "en")], f"{TEXT} string, {LABEL} int, {LANGUAGE} string")
    with pytest.raises(ModelError, match="finite coefficients"):
        publish(candidate, (rows, rows), {}, models)
    assert list(models.iterdir()) == []


def _all_files(models: Path) -> dict[str, bytes]:
    return {str(path.relative_to(models)): path.read_bytes() for path in models.rglob("*") if path.is_file()}
