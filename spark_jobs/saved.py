"""Stages made from what Spark's own `save` writes and its public `load` reads.

A VectorSlicer of many columns would cross to the JVM one index at a time, and a LogisticRegressionModel has no public
constructor; both load from a folder of metadata and Parquet.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pyspark import __version__
from pyspark.ml.classification import LogisticRegressionModel
from pyspark.ml.feature import VectorSlicer
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


def load_slicer(kept: npt.NDArray[np.uint32], columns: tuple[str, str], scratch: Path) -> VectorSlicer:
    """A VectorSlicer of the `kept` columns, ascending, from the first of `columns` to the second."""
    path = scratch / "slicer"
    parameters = {"inputCol": columns[0], "outputCol": columns[1], "indices": kept.tolist()}
    _metadata(path, "org.apache.spark.ml.feature.VectorSlicer", parameters)
    slicer = VectorSlicer.load(path.as_uri())
    shutil.rmtree(path)
    return slicer


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
