"""Held-out rows scored by Spark itself, and what that says of the model, overall and by language."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyspark.ml import Transformer
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from sentiment.metrics import evaluate
from spark_jobs.columns import LABEL, LANGUAGE, PREDICTION, PROBABILITY, RAW, TEXT


class Scored(NamedTuple):
    """What Spark says of each row; all of shape (rows,)."""

    text: list[str]
    label: npt.NDArray[np.int8]
    language: npt.NDArray[np.str_]
    margin: npt.NDArray[np.float64]
    probability: npt.NDArray[np.float64]
    prediction: npt.NDArray[np.int8]


def score(frame: DataFrame, model: Transformer) -> Scored:
    """Transform the rows by a model of Spark's and bring the answers to the driver."""
    rows = (
        model.transform(frame)
        .select(
            TEXT,
            LABEL,
            LANGUAGE,
            vector_to_array(F.col(RAW))[1].alias("margin"),
            vector_to_array(F.col(PROBABILITY))[1].alias("p"),
            F.col(PREDICTION).cast("int").alias(PREDICTION),
        )
        .collect()
    )
    text, label, language, margin, probability, prediction = zip(*rows, strict=True)
    return Scored(
        list(text),
        np.array(label, np.int8),
        np.array(language),
        np.array(margin, np.float64),
        np.array(probability, np.float64),
        np.array(prediction, np.int8),
    )


def metrics(scored: Scored) -> dict[str, dict[str, object]]:
    """Scores of all rows and of each language's, as `model.json` holds them."""
    parts = {"all": np.ones(len(scored.label), bool)}
    parts |= {str(name): scored.language == name for name in np.unique(scored.language)}
    return {name: _rounded(scored.label[rows], scored.probability[rows]) for name, rows in parts.items()}


def _rounded(labels: npt.NDArray[np.int8], probability: npt.NDArray[np.float64]) -> dict[str, object]:
    scores = evaluate(labels, probability)._asdict()
    scores["confusion"] = scores["confusion"]._asdict()
    if np.isnan(scores["roc_auc"]):
        scores["roc_auc"] = None
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in scores.items()}
