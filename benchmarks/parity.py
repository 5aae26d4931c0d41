"""Score test files by Spark's own saved pipeline and by the classifier, and count the rows on which they agree.

Run as `python -m benchmarks.parity VERSION-FOLDER OUTPUT.json TEST.parquet ...`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
from pyspark.ml import PipelineModel

from sentiment import Classifier
from spark_jobs.cleaning import clean_texts
from spark_jobs.evaluating import score
from spark_jobs.parity import certify
from spark_jobs.reading import read_reviews
from spark_jobs.session import start_session


def main(version: Path, output: Path, tests: list[str]) -> None:
    spark = start_session("parity")
    scored = score(clean_texts(read_reviews(spark, tests)), PipelineModel.load((version / "spark").absolute().as_uri()))
    output.write_bytes(msgspec.json.encode(certify([scored], Classifier.load(version))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
