"""Our scores are Spark's own evaluators' scores, ties included."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from pyspark.ml.evaluation import BinaryClassificationEvaluator, MulticlassClassificationEvaluator
from pyspark.sql import DataFrame, SparkSession

from sentiment.metrics import evaluate


@pytest.mark.parametrize(("decimals", "rows"), [(1, 400), (2, 400), (15, 400), (1, 7)])
def test_scores_are_those_of_sparks_evaluators(spark: SparkSession, decimals: int, rows: int) -> None:
    chance = np.random.default_rng(decimals * rows)
    probability = chance.random(rows).round(decimals)
    labels = (chance.random(rows) < 0.3 * probability + 0.3).astype(np.int8)
    columns = (labels.astype(float).tolist(), probability.tolist(), (probability > 0.5).astype(float).tolist())
    frame = spark.createDataFrame(list(zip(*columns, strict=True)), ["label", "score", "prediction"]).cache()
    ours = evaluate(labels, probability)
    binary = BinaryClassificationEvaluator(rawPredictionCol="score", metricName="areaUnderROC", numBins=0)
    assert ours.roc_auc == pytest.approx(binary.evaluate(frame), abs=1e-12)
    assert ours.accuracy == pytest.approx(_of_positives(frame, "accuracy"), abs=1e-12)
    assert ours.precision == pytest.approx(_of_positives(frame, "precisionByLabel"), abs=1e-12)
    assert ours.recall == pytest.approx(_of_positives(frame, "recallByLabel"), abs=1e-12)
    assert ours.f1 == pytest.approx(_of_positives(frame, "fMeasureByLabel"), abs=1e-12)
    pairs = [(row["label"], row["prediction"]) for row in frame.collect()]
    assert ours.confusion == tuple(pairs.count(pair) for pair in ((0, 0), (0, 1), (1, 0), (1, 1)))
    frame.unpersist()


def _of_positives(
    frame: DataFrame, name: Literal["accuracy", "precisionByLabel", "recallByLabel", "fMeasureByLabel"]
) -> float:
    return MulticlassClassificationEvaluator(metricName=name, metricLabel=1.0).evaluate(frame)
