"""A trained model's folder holds what it says it holds, and what it says is what happened."""

from __future__ import annotations

import hashlib
import json
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
import pytest
from pyspark.sql import SparkSession

from sentiment import Classifier, folder
from sentiment.errors import SettingError
from sentiment.language import language_of
from sentiment.manifest import Manifest
from spark_jobs.fitting import Linear
from spark_jobs.golden import GOLDEN
from spark_jobs.publishing import About, Candidate, publish
from tests.spark.conftest import Trained
from tests.tiny import bucket_of


@pytest.fixture(scope="module")
def version(trained: Trained) -> Path:
    return trained.published.path


def test_the_folder_of_models_holds_the_version_and_its_name_and_nothing_else(version: Path) -> None:
    assert {path.name for path in version.parent.iterdir()} == {version.name, "current"}
    assert (version.parent / "current").read_text() == version.name + "\n"
    assert re.fullmatch(r"\d{8}T\d{6}-[0-9a-f]{6}", version.name)


def test_every_file_but_the_description_is_listed_with_its_checksum(trained: Trained, version: Path) -> None:
    files = {path.relative_to(version).as_posix(): path for path in version.rglob("*") if path.is_file()}
    del files["model.json"]
    computed = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    assert computed == trained.published.manifest.files
    assert {"coefficients.npz", "terms.txt.gz", "checks.jsonl", "evaluation.json", "report.html", "README.md"} <= set(
        files
    )
    assert "spark/metadata/_SUCCESS" in files
    assert not [name for name in files if name.endswith(".crc")]


def test_every_learned_term_hashes_to_its_bucket(trained: Trained, version: Path) -> None:
    buckets = folder.read_weights(version).buckets.tolist()
    lines = folder.read_terms(version, len(buckets))
    terms = [(term, bucket) for line, bucket in zip(lines, buckets, strict=True) for term in line.split("\t")]
    assert all(lines)
    assert len(terms) == len(set(terms)) > len(buckets)
    wrong = [term for term, bucket in terms if bucket_of(term, trained.training.recipe.buckets) != bucket]
    assert wrong == []


def test_coefficients_are_finite_and_those_of_plain_words_have_their_sign(classifier: Classifier) -> None:
    assert np.isfinite(classifier.scorer.tables.coefficients).all()
    signs = {term.text: np.sign(term.weight) for term in classifier.explain("excellent awful excellente nul").terms}
    assert [signs[word] for word in ("excellent", "awful", "excellente", "nul")] == [1, -1, 1, -1]


def test_the_golden_texts_and_their_answers_are_saved(version: Path, classifier: Classifier) -> None:
    checks = folder.read_checks(version)
    assert tuple(check.text for check in checks) == GOLDEN
    assert [check.margin for check in checks] == classifier.predict(GOLDEN).margin.tolist()


def test_the_description_says_what_the_model_was_made_of(trained: Trained) -> None:
    manifest = trained.published.manifest
    settings = {"penalties": [100.0], "penalty": 100.0, "prior": "equal"}
    assert manifest.training == trained.training.recipe._asdict() | settings
    assert manifest.hashing.buckets == trained.training.recipe.buckets
    assert manifest.data["inputs"] == [Path(trained.training.inputs[0]).name]
    assert manifest.data["cleaning"]["rows"] == 600
    assert sum(manifest.data["split"].values()) == manifest.data["cleaning"]["kept"]
    assert manifest.data["warnings"] == ["600 texts are few: expect a much lower accuracy on reviews of another kind"]
    assert 0 < manifest.calibration.review_above <= 0.5 <= manifest.calibration.review_below < 1
    assert min(manifest.calibration.slopes.values()) > 0


def test_metrics_are_those_of_the_held_out_rows_by_language(trained: Trained, classifier: Classifier) -> None:
    assert trained.training.held_out is not None
    rows = [json.loads(line) for line in trained.training.held_out.read_text(encoding="utf-8").splitlines()]
    metrics = trained.published.manifest.metrics
    assert len(rows) == metrics["all"]["n"] == trained.published.manifest.data["split"]["test"]
    assert all(row["language"] == language_of(row["text"]) for row in rows)
    right = classifier.predict_cleaned([row["text"] for row in rows]).sentiment == [row["label"] for row in rows]
    for name in ("en", "fr"):
        of_language = np.array([row["language"] == name for row in rows])
        assert metrics[name]["n"] == of_language.sum() > 0
        assert metrics[name]["accuracy"] == pytest.approx(right[of_language].mean(), abs=1e-6)
    assert metrics["all"]["accuracy"] > 0.55
    assert sum(metrics["all"]["confusion"].values()) == len(rows)


def test_the_description_is_read_back_as_it_was_published(trained: Trained, version: Path) -> None:
    assert folder.read_manifest(version) == trained.published.manifest
    assert msgspec.json.decode((version / "model.json").read_bytes(), type=Manifest) == trained.published.manifest


def test_a_disk_that_takes_no_more_is_named_in_one_line(
    spark: SparkSession, trained: Trained, version: Path, tmp_path: Path
) -> None:
    manifest, weights, models = trained.published.manifest, folder.read_weights(version), tmp_path / "models"
    linear = Linear(weights, manifest.intercept)
    candidate = Candidate(manifest.text_rule, manifest.hashing.buckets, linear, manifest.calibration)
    rows = spark.createDataFrame([], "text string")
    with _no_file_above(1000, spark), pytest.raises(SettingError) as caught:
        publish(candidate, (rows, rows), About({}, {}), models)
    assert re.fullmatch(rf"the model can't be written to {models} \(.*File too large.*\)", str(caught.value))
    assert list(models.iterdir()) == []


@contextmanager
def _no_file_above(size: int, spark: SparkSession) -> Iterator[None]:
    """Spark can't write any file of more bytes, as on a disk that is full."""
    machine = spark.sparkContext._jvm  # noqa: SLF001
    assert machine
    java = machine.java.lang.ProcessHandle.current().pid()
    before = resource.prlimit(java, resource.RLIMIT_FSIZE)
    resource.prlimit(java, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(java, resource.RLIMIT_FSIZE, before)
