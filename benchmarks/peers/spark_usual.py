"""Spark as its own guide writes it: Tokenizer, HashingTF of 2^18 buckets, LogisticRegression, no setting touched."""

from __future__ import annotations

from typing import Any

from pyspark.ml import Estimator, Pipeline, Transformer
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import HashingTF, Tokenizer
from pyspark.ml.functions import vector_to_array
from pyspark.sql import functions as F

from benchmarks.peers.exchange import Rows, Trained, run
from spark_jobs.session import start_session


def train(rows: Rows) -> Trained:
    """Nothing is chosen; runs in the product's own environment, whose Spark trains both."""
    spark = start_session("spark_usual")
    stages: list[Estimator[Any] | Transformer] = [
        Tokenizer(inputCol="text", outputCol="words"),
        HashingTF(inputCol="words", outputCol="features"),
        LogisticRegression(),
    ]
    frame = spark.createDataFrame(list(zip(rows.texts, rows.labels, strict=True)), "text string, label int")
    model = Pipeline(stages=stages).fit(frame.repartition(spark.sparkContext.defaultParallelism))

    def score(texts: list[str]) -> list[float]:
        answers = model.transform(spark.createDataFrame([(text,) for text in texts], "text string"))
        return [row.p for row in answers.select(vector_to_array(F.col("probability"))[1].alias("p")).collect()]

    return Trained(score, {})


if __name__ == "__main__":
    run(train)
