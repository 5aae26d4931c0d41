"""A LogisticRegressionModel of given coefficients: it has no public constructor, so it is written in the form that
Spark's own `save` writes, metadata and Parquet, and read by its public `load`.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
from pyspark import __version__
from pyspark.ml.classification import LogisticRegressionModel
from pyspark.ml.linalg import MatrixUDT, SparseMatrix, Vectors, VectorUDT
from pyspark.sql import SparkSession
from pyspark.sql.types import BooleanType, IntegerType, StructField, StructType

from sentiment.folder import Weights
from spark_jobs.columns import FEATURES, PREDICTION, PROBABILITY, RAW

_LINEAR = StructType(
    [
        StructField("numClasses", IntegerType()),
        StructField("numFeatures", IntegerType()),
        StructField("interceptVector", VectorUDT()),
        StructField("coefficientMatrix", MatrixUDT()),
        StructField("isMultinomial", BooleanType()),
    ]
)


def load_linear(spark: SparkSession, model: tuple[Weights, float, int], scratch: Path) -> LogisticRegressionModel:
    """Spark's model of (weights, intercept, buckets)."""
    weights, intercept, buckets = model
    path = scratch / "linear"
    parameters: dict[str, object] = {"featuresCol": FEATURES, "rawPredictionCol": RAW, "probabilityCol": PROBABILITY}
    parameters |= {"predictionCol": PREDICTION}
    _metadata(path, "org.apache.spark.ml.classification.LogisticRegressionModel", parameters)
    stored = len(weights.buckets)
    places = weights.buckets.astype(np.int32).tolist()
    matrix = SparseMatrix(1, buckets, [0, stored], places, weights.coefficients.tolist(), isTransposed=True)
    row = (2, buckets, Vectors.dense([intercept]), matrix, False)
    spark.createDataFrame([row], _LINEAR).coalesce(1).write.parquet((path / "data").as_uri())
    linear = LogisticRegressionModel.load(path.as_uri())
    shutil.rmtree(path)
    return linear


def _metadata(path: Path, kind: str, parameters: dict[str, object]) -> None:
    (path / "metadata").mkdir(parents=True)
    name = kind.rsplit(".", 1)[-1]
    metadata = {
        "class": kind,
        "timestamp": 0,
        "sparkVersion": __version__,
        "uid": f"{name}_sentiment",
        "paramMap": parameters,
        "defaultParamMap": {},
    }
    (path / "metadata" / "part-00000").write_text(json.dumps(metadata) + "\n")
