"""Spark's saved pipeline and the classifier give the same bits: on strange texts, in a Turkish JVM, anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from sentiment import Classifier
from sentiment.cleaning import clean
from sentiment.textrule import default_text_rule
from spark_jobs.columns import GROUP, LABEL, LANGUAGE, TEXT, TOKENS
from spark_jobs.evaluating import Scored, score
from spark_jobs.features import apply, token_stages
from spark_jobs.parity import certify
from spark_jobs.report import evaluate_all
from tests.spark.conftest import Trained
from tests.spark.strange_texts import every_code_point

RULE = default_text_rule()


@pytest.fixture(scope="module")
def scored(spark: SparkSession, trained: Trained, texts: list[str]) -> Scored:
    """What the saved pipeline says of the strange texts, cleaned as in serving."""
    pipeline = PipelineModel.load((trained.published.path / "spark").as_uri())
    return score(_rows(spark, map(clean, texts)), pipeline)


@pytest.fixture(scope="module")
def isolated(java_home: Path, trained: Trained, texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The same, said by a fresh interpreter that can't import this project, with a Turkish JVM, in another folder."""
    place = tmp_path_factory.mktemp("elsewhere")
    (place / "texts.json").write_text(json.dumps([clean(text) for text in texts]), "utf-8")
    script = Path(__file__).with_name("isolated.py").read_text("utf-8")
    (place / "isolated.py").write_text(script, "utf-8")
    pipeline = str(trained.published.path / "spark")
    command = [sys.executable, "-S", "isolated.py", pipeline, "texts.json", "answers.json"]
    turkish = {"JAVA_TOOL_OPTIONS": "-Duser.language=tr -Duser.country=TR", "SPARK_LOCAL_IP": "127.0.0.1"}
    packages = {"PYTHONPATH": sysconfig.get_path("purelib")}  # -S: the folder alone, not what it says to add
    environment = os.environ | turkish | packages
    run = subprocess.run(command, check=False, cwd=place, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads((place / "answers.json").read_text("utf-8"))


def test_the_certificate_has_all_labels_and_all_margins_equal(trained: Trained) -> None:
    parity = trained.published.manifest.parity
    assert parity is not None
    assert parity.rows > 60
    assert parity.rows == parity.labels_equal == parity.margins_equal
    assert parity.max_abs_dp < 1e-15


def test_strange_texts_have_bit_identical_answers(texts: list[str], scored: Scored, classifier: Classifier) -> None:
    in_order = sorted(texts, key=clean)
    _assert_same_answers(in_order, classifier, (scored.margin, scored.prediction, scored.probability))


def test_the_partitions_that_rows_are_in_change_no_score_and_no_interval(
    spark: SparkSession, trained: Trained, texts: list[str]
) -> None:
    path, manifest, _ = trained.published
    pipeline = PipelineModel.load((path / "spark").as_uri())
    rows = _rows(spark, map(clean, texts[:200])).withColumn(LABEL, (F.xxhash64(TEXT) % 2 == 0).cast("int"))
    one, other = (evaluate_all(score(rows.repartition(n), pipeline), manifest.calibration) for n in (2, 7))
    assert one == other


def test_the_strange_texts_would_show_a_difference(texts: list[str], classifier: Classifier) -> None:
    ours = classifier.predict(texts)
    assert len(texts) > 2_000
    assert len(np.unique(ours.margin)) > 0.75 * len(texts)
    assert np.mean(ours.counts[:, 1] > 0) > 0.75
    assert 0.1 < ours.sentiment.mean() < 0.9


def test_tokens_of_the_tokenizer_are_those_of_the_rule(spark: SparkSession, texts: list[str]) -> None:
    sent = [*map(clean, texts), *every_code_point()]
    tokenised = apply(token_stages(RULE), spark.createDataFrame([(text,) for text in sent], f"{TEXT} string"))
    found = [row[TOKENS] for row in tokenised.select(TOKENS).collect()]
    _assert_same_tokens(sent, found)


def test_a_turkish_jvm_without_this_project_gives_the_same_bits(
    texts: list[str], isolated: Any, classifier: Classifier
) -> None:
    assert isolated["locale"] == "tr_TR"
    assert isolated["project"] == []
    _assert_same_tokens([clean(text) for text in texts], isolated["tokens"])
    _assert_same_answers(texts, classifier, (isolated["margin"], isolated["prediction"], isolated["probability"]))


def test_a_text_that_a_second_cleaning_would_change_is_certified_as_it_is(
    spark: SparkSession, trained: Trained, classifier: Classifier
) -> None:
    once = [clean(text) for text in ("&amp;eacute;t&amp;eacute;", "good &amp;lt;br&amp;gt; bad", "AT&amp;amp;T")]
    pipeline = PipelineModel.load((trained.published.path / "spark").as_uri())
    parity = certify([score(_rows(spark, once), pipeline)], classifier)
    assert (parity.rows, parity.margins_equal) == (3, 3)


def _rows(spark: SparkSession, texts: Any) -> DataFrame:
    rows = [(text, 0, "other", place) for place, text in enumerate(texts)]
    return spark.createDataFrame(rows, f"{TEXT} string, {LABEL} int, {LANGUAGE} string, {GROUP} long")


def _assert_same_answers(texts: list[str], classifier: Classifier, theirs: tuple[ArrayLike, ...]) -> None:
    """Margins and labels equal to the last bit, probabilities but for it: Java's exp() is not that of the C library."""
    ours = classifier.predict(texts)
    margin, prediction, probability = theirs
    _assert_identical(texts, ours.margin, margin)
    _assert_identical(texts, ours.sentiment, prediction)
    apart = np.abs(ours.probability - np.asarray(probability))
    assert apart.max() <= 2**-52
    assert np.mean(apart == 0.0) > 0.99


def _assert_identical(texts: list[str], ours: ArrayLike, theirs: ArrayLike) -> None:
    """Equal to the last bit; the first texts that differ are shown."""
    one, other = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    differ = np.flatnonzero(one.view(np.uint64) != other.view(np.uint64))
    assert not len(differ), [(texts[i], one[i], other[i]) for i in differ[:3].tolist()]


def _assert_same_tokens(texts: list[str], found: Sequence[list[str]]) -> None:
    differ = [(text, tokens) for text, tokens in zip(texts, found, strict=True) if tokens != RULE.tokens(text)]
    assert not differ, differ[:3]
