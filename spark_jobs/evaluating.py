"""Held-out rows scored by Spark itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyspark.ml import Transformer
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs.columns import GROUP, LABEL, LANGUAGE, PREDICTION, PROBABILITY, RAW, TEXT


class Scored(NamedTuple):
    """What Spark says of each row, by rising text; all of shape (rows,)."""

    text: list[str]
    label: npt.NDArray[np.int8]
    language: npt.NDArray[np.str_]
    group: npt.NDArray[np.int64]  # rows of one group are near-copies, or about one film
    margin: npt.NDArray[np.float64]
    probability: npt.NDArray[np.float64]
    prediction: npt.NDArray[np.int8]


def score(frame: DataFrame, model: Transformer) -> Scored:
    """Transform the rows by a model of Spark's and bring the answers to the driver.

    They come in the order of their texts, whatever partitions they were in: a bootstrap depends on the order of rows.
    """
    rows = (
        model.transform(frame)
        .select(
            TEXT,
            LABEL,
            LANGUAGE,
            GROUP,
            vector_to_array(F.col(RAW))[1].alias("margin"),
            vector_to_array(F.col(PROBABILITY))[1].alias("p"),
            F.col(PREDICTION).cast("int").alias(PREDICTION),
        )
        .collect()
    )
    text, label, language, group, margin, probability, prediction = zip(*sorted(rows), strict=True)
    return Scored(
        list(text),
        np.array(label, np.int8),
        np.array(language),
        np.array(group, np.int64),
        np.array(margin, np.float64),
        np.array(probability, np.float64),
        np.array(prediction, np.int8),
    )
