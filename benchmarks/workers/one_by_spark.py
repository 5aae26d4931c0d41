"""The same model as Spark saved it, one review a question: from a new process to its first answer."""

from __future__ import annotations

import sys
from pathlib import Path

from pyspark.ml import PipelineModel

from benchmarks.workers.answering import answer
from sentiment import versions
from spark_jobs.columns import PROBABILITY, TEXT
from spark_jobs.session import start_session


def main(models: Path) -> None:
    spark = start_session("one_by_spark")
    pipeline = PipelineModel.load((versions.resolve(models) / "spark").absolute().as_uri())

    def measure(text: str) -> dict[str, float]:
        rows = pipeline.transform(spark.createDataFrame([(text,)], f"{TEXT} string"))
        return {"probability": float(rows.select(PROBABILITY).collect()[0][0][1])}

    answer(measure)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
