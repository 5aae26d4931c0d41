"""The same model as Spark saved it, transforming rows that Spark already holds in memory, in one thread."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pyspark.ml import PipelineModel

from benchmarks.rows import read
from benchmarks.workers.answering import answer_rates
from sentiment import versions
from spark_jobs.columns import PROBABILITY, TEXT
from spark_jobs.session import start_session


def main(models: Path, reviews: Path) -> None:
    os.environ["SPARK_MASTER"] = "local[1]"
    spark = start_session("spark_pipeline")
    rows = spark.createDataFrame([(text,) for text in read(reviews).texts], f"{TEXT} string").coalesce(1).cache()
    saved = (versions.resolve(models) / "spark").absolute().as_uri()
    answers = PipelineModel.load(saved).transform(rows).select(PROBABILITY)
    answer_rates(lambda: answers.write.format("noop").mode("overwrite").save(), rows.count())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
