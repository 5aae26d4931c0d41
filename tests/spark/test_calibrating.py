"""A calibration by language finds the slopes and shifts that made the labels, and becomes part of the model."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from pyspark.ml.linalg import SparseVector, VectorUDT
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, IntegerType, LongType, StringType, StructType

from sentiment.calibration import Observed
from sentiment.folder import Weights
from sentiment.predictions import probabilities
from spark_jobs.calibrating import METHOD, NOT_FINITE, TURNED, Unseen, calibrate, fit_calibration, out_of_fold
from spark_jobs.caveats import uncalibrated
from spark_jobs.columns import FEATURES, FOLD, LABEL, LANGUAGE, ROW, WEIGHT
from spark_jobs.fitting import Linear
from spark_jobs.frequencies import Floats, count
from spark_jobs.languages import ALL, Languages, languages_of, told_apart

BUCKETS = 64
ENGLISH, FRENCH = np.arange(0, 20, dtype=np.uint32), np.arange(20, 40, dtype=np.uint32)
SHARES = np.array(
    [np.r_[np.ones(20), np.zeros(20), np.full(24, 0.5)], np.r_[np.zeros(20), np.ones(20), np.full(24, 0.5)]]
)
TWO = Languages(("en", "fr"), np.arange(BUCKETS, dtype=np.uint32), SHARES, (ENGLISH[:3], FRENCH[:3]))
ONE = Languages((ALL,), np.empty(0, np.uint32), np.ones((1, 0)), (np.empty(0, np.uint32),))
LINEAR = Linear(Weights(np.arange(3, 60, 2, dtype=np.uint32), np.linspace(-2, 2, 29)), 0.25)


class Text(NamedTuple):
    buckets: list[int]
    values: list[float]


def _texts(rows: int) -> list[Text]:
    """Half of English buckets, half of French: each with its language's markers and a few of any language."""
    random = np.random.default_rng(3)
    texts = []
    for row in range(rows):
        own = (ENGLISH, FRENCH)[row % 2]
        chosen = np.unique(np.r_[own[:3], random.choice(own[3:], 6), random.choice(np.arange(40, 64), 3)]).tolist()
        texts.append(Text(chosen, [1 / np.sqrt(len(chosen))] * len(chosen)))
    return texts


def _margins(texts: list[Text], linear: Linear) -> Floats:
    dense = np.zeros(BUCKETS)
    dense[linear.weights.buckets] = linear.weights.coefficients
    return np.array([dense[text.buckets] @ np.array(text.values) + linear.intercept for text in texts])


def _unseen(texts: list[Text], languages: Languages, labels: np.ndarray) -> Unseen:
    dense = np.zeros(BUCKETS)
    dense[LINEAR.weights.buckets] = LINEAR.weights.coefficients
    shares = languages.shares if len(languages.names) > 1 else np.ones((1, BUCKETS))
    parts = np.array([shares[:, text.buckets] * dense[text.buckets] @ np.array(text.values) for text in texts])
    markers = np.array(
        [[text.values[0] * np.isin(text.buckets, marked).sum() for marked in languages.markers] for text in texts]
    )
    observed = Observed(labels.astype(np.int8), np.ones(len(texts)), np.full(len(texts), LINEAR.intercept))
    return Unseen(observed, parts, markers)


def test_each_language_gets_the_slope_and_shift_that_made_its_labels() -> None:
    texts = _texts(60_000)
    blank = _unseen(texts, TWO, np.zeros(len(texts)))
    true = blank.observed.base + blank.parts @ [0.7, 1.5] + blank.markers @ [0.8, -0.6]
    labels = np.random.default_rng(5).random(len(texts)) < probabilities(true)
    found = fit_calibration(_unseen(texts, TWO, labels), TWO, 0.9)
    assert (found.slopes["en"], found.slopes["fr"]) == pytest.approx((0.7, 1.5), abs=0.1)
    # shifts and offset are told apart only as far as the number of markers differs: their sum for a text is what counts
    calibrated = _margins(texts, calibrate(LINEAR, found, TWO))
    assert np.abs(calibrated - true).mean() < 0.05


@pytest.mark.parametrize("languages", [ONE, TWO])
def test_the_calibrated_model_gives_the_scaled_margins(languages: Languages) -> None:
    texts = _texts(2000)
    labels = np.random.default_rng(6).random(2000) < 0.5 + 0.3 * np.sign(_margins(texts, LINEAR))
    unseen = _unseen(texts, languages, labels)
    found = fit_calibration(unseen, languages, 0.9)
    scaled = unseen.observed.base + unseen.parts @ list(found.slopes.values()) + found.offset
    if found.shifts:
        scaled = scaled + unseen.markers @ list(found.shifts.values())
    assert found.slopes.keys() == set(languages.names)
    assert _margins(texts, calibrate(LINEAR, found, languages)) == pytest.approx(scaled)


def test_margins_that_point_the_wrong_way_are_left_as_they_are() -> None:
    texts = _texts(2000)
    wrong = _margins(texts, LINEAR) < 0
    found = fit_calibration(_unseen(texts, TWO, wrong), TWO, 0.9)
    assert (found.slopes, found.offset) == ({"en": 1.0, "fr": 1.0}, 0.0)
    assert set(found.shifts.values()) == {0.0}
    assert found.method == TURNED
    (said,) = uncalibrated(found)
    assert "not calibrated" in said
    assert TURNED in said


def test_margins_of_a_fold_whose_model_knew_one_class_are_left_as_they_are() -> None:
    texts = _texts(2000)
    unseen = _unseen(texts, TWO, _margins(texts, LINEAR) > 0)
    endless = np.where(np.arange(2000) < 700, np.inf, unseen.observed.base)
    found = fit_calibration(unseen._replace(observed=unseen.observed._replace(base=endless)), TWO, 0.9)
    assert (found.slopes, found.offset, found.method) == ({"en": 1.0, "fr": 1.0}, 0.0, NOT_FINITE)
    assert len(uncalibrated(found)) == 1


def test_margins_that_are_far_too_sure_of_themselves_are_scaled_down() -> None:
    texts = _texts(20_000)
    blank = _unseen(texts, TWO, np.zeros(len(texts)))
    true = blank.observed.base + blank.parts @ [0.7, 1.5]
    labels = (np.random.default_rng(5).random(len(texts)) < probabilities(true)).astype(np.int8)
    sure = Unseen(blank.observed._replace(label=labels), 40 * blank.parts, blank.markers)
    found = fit_calibration(sure, TWO, 0.9)
    assert (40 * found.slopes["en"], 40 * found.slopes["fr"]) == pytest.approx((0.7, 1.5), abs=0.15)
    assert (found.method, uncalibrated(found)) == (METHOD, [])


def test_rows_are_scored_by_the_model_of_the_other_folds(spark: SparkSession) -> None:
    texts = _texts(40)
    schema = StructType().add(ROW, LongType()).add(FEATURES, VectorUDT()).add(LABEL, IntegerType())
    schema = schema.add(WEIGHT, DoubleType()).add(FOLD, IntegerType())
    rows = [(n, SparseVector(BUCKETS, *text), n % 3 % 2, 1.5, n // 20) for n, text in enumerate(texts)]
    models = {0: LINEAR, 1: Linear(Weights(LINEAR.weights.buckets, -LINEAR.weights.coefficients), -1.0)}
    found = out_of_fold(spark.createDataFrame(rows, schema).repartition(3), models, TWO)
    expected = _unseen(texts, TWO, np.array([n % 3 % 2 for n in range(40)]))
    turned = np.r_[np.ones(20), -np.ones(20)]
    assert found.parts == pytest.approx(expected.parts * turned[:, None])
    assert found.markers == pytest.approx(expected.markers)
    assert found.observed.base.tolist() == [0.25] * 20 + [-1.0] * 20
    assert found.observed.label.tolist() == expected.observed.label.tolist()


def _languages(spark: SparkSession, rows: list[tuple[SparseVector, int, str]]) -> Languages:
    schema = StructType().add(FEATURES, VectorUDT()).add(LABEL, IntegerType()).add(LANGUAGE, StringType())
    frame = spark.createDataFrame(rows, schema).withColumns({FOLD: F.lit(0), WEIGHT: F.lit(1.0)})
    told = told_apart(frame)
    return languages_of(told, count(frame, 1, tuple(told)))


def test_a_language_is_told_by_the_buckets_that_most_of_its_texts_have(spark: SparkSession) -> None:
    rows = []
    for n in range(1200):
        own = 0 if n % 2 else 30
        markers = range(own, own + 20)
        rows.append((SparseVector(BUCKETS, [*markers, 63], [1.0] * 21), n // 2 % 2, "fr" if own else "en"))
    rows += [(SparseVector(BUCKETS, [62], [1.0]), 1, "other")] * 10
    found = _languages(spark, rows)
    assert found.names == ("en", "fr")
    assert [marked.tolist() for marked in found.markers] == [list(range(20)), list(range(30, 50))]
    assert found.buckets.tolist() == [*range(20), *range(30, 50), 63]
    assert found.shares[:, [0, 20, 40]].T.tolist() == [[1, 0], [0, 1], [0.5, 0.5]]


def test_a_language_with_few_rows_of_a_class_is_not_calibrated_by_itself(spark: SparkSession) -> None:
    rows = [(SparseVector(BUCKETS, [1], [1.0]), n % 2, "en") for n in range(500)]
    rows += [(SparseVector(BUCKETS, [2], [1.0]), 1, "fr")] * 500
    assert _languages(spark, rows).names == (ALL,)
