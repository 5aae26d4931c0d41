"""Our scores are Spark's own evaluators' scores, ties included."""

from __future__ import annotations

import numpy as np
import pytest
from pyspark.ml.evaluation import BinaryClassificationEvaluator, MulticlassClassificationEvaluator
from pyspark.sql import SparkSession

from sentiment.metrics import evaluate

OF_CLASSES = {
    "accuracy": "accuracy",
    "precision": "precisionByLabel",
    "recall": "recallByLabel",
    "f1": "fMeasureByLabel",
}


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
    for name, theirs in OF_CLASSES.items():
        evaluator = MulticlassClassificationEvaluator(metricName=theirs, metricLabel=1.0)
        assert getattr(ours, name) == pytest.approx(evaluator.evaluate(frame), abs=1e-12), name
    counted = {
        (row["label"], row["prediction"]): row["count"]
        for row in frame.groupBy("label", "prediction").count().collect()
    }
    assert ours.confusion == tuple(counted.get(pair, 0) for pair in ((0, 0), (0, 1), (1, 0), (1, 1)))
    frame.unpersist()
