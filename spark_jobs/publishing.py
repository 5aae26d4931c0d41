"""The model folder, written beside its final place, proven against Spark, and only then put there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any, NamedTuple

import msgspec
from pyspark import __version__ as spark_version
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession

from sentiment import Classifier, folder, versions
from sentiment.behaviour import run_suite, to_manifest
from sentiment.cleaning import clean
from sentiment.errors import ModelError, SettingError
from sentiment.manifest import Calibration, Hashing, Manifest, Parity
from sentiment.predictions import probabilities
from sentiment.scoring import Scorer
from sentiment.tables import make_tables
from sentiment.textrule import TextRule
from spark_jobs.columns import GROUP, LABEL, LANGUAGE, TEXT
from spark_jobs.evaluating import Scored, score
from spark_jobs.features import bucket_stages, token_stages
from spark_jobs.files import explained
from spark_jobs.fitting import Linear
from spark_jobs.golden import GOLDEN
from spark_jobs.parity import certify
from spark_jobs.report import Extras, evaluate_all, write_report
from spark_jobs.saved import load_linear
from spark_jobs.terms import terms_of_buckets

UNFINISHED = "-unfinished"


class Candidate(NamedTuple):
    """A fitted and calibrated model, not yet written."""

    rule: TextRule
    buckets: int
    linear: Linear
    calibration: Calibration

    @property
    def scorer(self) -> Scorer:
        weights, intercept = self.linear
        rule_tables = (self.rule.kinds(), self.rule.folds(), self.rule.max_order)
        return Scorer(make_tables(rule_tables, (self.buckets, weights.buckets), (weights.coefficients, intercept)))


class About(NamedTuple):
    """What `model.json` and the report say of a model besides what can be seen from it."""

    training: dict[str, Any]
    data: dict[str, Any]
    extras: Extras = Extras()


class Published(NamedTuple):
    path: Path
    manifest: Manifest
    scored: Scored


def publish(candidate: Candidate, frames: tuple[DataFrame, DataFrame], about: About, models: Path) -> Published:
    """Write, prove and promote a model, given its (training, test) rows and what only training knows of it.

    Raises ModelError, and promotes nothing, if a label or margin differs between Spark and the folder as written;
    SettingError if it can't be written, on a full disk for instance.
    """
    now = datetime.now(UTC)
    _remove_remains(models, now - timedelta(days=1))
    temporary = models.absolute() / f".{_stamp(now)}-{token_hex(4)}{UNFINISHED}"  # of this run alone
    try:
        temporary.mkdir(parents=True)
        manifest, scored = _write(candidate, frames, about, temporary)
        path = versions.publish(temporary, models)
    except OSError as error:
        raise SettingError(f"the model can't be written to {models}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    versions.promote(models, manifest.version)
    return Published(path, folder.read_manifest(path), scored)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S}"


def _remove_remains(models: Path, before: datetime) -> None:
    """What runs that were killed have left; one that is still writing is younger than that."""
    for remains in models.glob(f".*{UNFINISHED}"):
        if remains.name < f".{_stamp(before)}":
            shutil.rmtree(remains, ignore_errors=True)


def _write(
    candidate: Candidate, frames: tuple[DataFrame, DataFrame], about: About, place: Path
) -> tuple[Manifest, Scored]:
    """Write the whole folder; Spark's answers come from the pipeline as saved, ours from the folder as written."""
    train, test = frames
    pipeline = _save_pipeline(candidate, test.sparkSession, place)
    scored, golden = (
        score(test.select(TEXT, LABEL, LANGUAGE, GROUP), pipeline),
        score(_golden_rows(test.sparkSession), pipeline),
    )
    terms = terms_of_buckets(train, candidate.scorer, candidate.linear.weights.buckets)
    folder.write_parts(place, candidate.linear.weights, terms, _checks(candidate))
    manifest = _manifest(candidate, about, evaluate_all(scored, candidate.calibration))
    folder.write_manifest(place, manifest)
    classifier = Classifier.load(place)
    certified = msgspec.structs.replace(
        manifest,
        parity=certify((scored, golden), classifier),
        behaviour=to_manifest(run_suite(classifier)),
    )
    _require(certified.parity)
    write_report(place, certified, scored, classifier, about.extras)
    folder.write_manifest(place, certified)
    return certified, scored


def _save_pipeline(candidate: Candidate, spark: SparkSession, place: Path) -> PipelineModel:
    """Save Spark's own form of the model and return it as Spark loads it."""
    weights, intercept = candidate.linear
    path = place / "spark"
    with _quiet(spark), explained(f"the model can't be written to {place.parent}", SettingError):
        linear = load_linear(spark, (weights, intercept, candidate.buckets), place)
        stages = [*token_stages(candidate.rule), *bucket_stages(candidate.rule, candidate.buckets), linear]
        PipelineModel(stages).write().save(path.as_uri())
    for sidecar in path.rglob(".*.crc"):
        sidecar.unlink()
    return PipelineModel.load(path.as_uri())


@contextmanager
def _quiet(spark: SparkSession) -> Iterator[None]:
    """Without the traces that Spark logs of each attempt to write."""
    spark.sparkContext.setLogLevel("OFF")
    try:
        yield
    finally:
        spark.sparkContext.setLogLevel("ERROR")


def _golden_rows(spark: SparkSession) -> DataFrame:
    rows = [(clean(text), 0, "other", place) for place, text in enumerate(GOLDEN)]
    return spark.createDataFrame(rows, f"{TEXT} string, {LABEL} int, {LANGUAGE} string, {GROUP} long")


def _checks(candidate: Candidate) -> list[folder.Check]:
    margins, _ = candidate.scorer.score(map(clean, GOLDEN))
    answers = zip(GOLDEN, margins.tolist(), probabilities(margins).tolist(), strict=True)
    return [folder.Check(text, margin, probability) for text, margin, probability in answers]


def _manifest(candidate: Candidate, about: About, metrics: dict[str, Any]) -> Manifest:
    now = datetime.now(UTC)
    manifest = Manifest(
        version="",
        created=now.isoformat(timespec="seconds"),
        spark_version=spark_version,
        text_rule=candidate.rule,
        hashing=Hashing(candidate.buckets),
        intercept=candidate.linear.intercept,
        calibration=candidate.calibration,
        training=about.training,
        data=about.data,
        metrics=metrics,
    )
    answers = folder.digest(manifest, candidate.linear.weights)
    return msgspec.structs.replace(manifest, version=f"{_stamp(now)}-{answers[:6]}")


def _require(parity: Parity | None) -> None:
    if parity is None or not parity.proven:
        raise ModelError(
            f"Spark and the written model do not give the same answers ({parity}): nothing was promoted; report this"
        )
