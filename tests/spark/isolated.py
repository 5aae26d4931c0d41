"""Score texts by a saved pipeline in an interpreter that has pyspark and nothing of this project.

`python -S isolated.py PIPELINE TEXTS ANSWERS`: TEXTS is a JSON list of cleaned texts; ANSWERS becomes a JSON object.
"""

import importlib.util
import json
import sys
from pathlib import Path

from pyspark.ml import PipelineModel
from pyspark.ml.functions import vector_to_array
from pyspark.sql import SparkSession

PROPERTY = "java_method('java.lang.System', 'getProperty', '{}')"


def main(pipeline: str, texts: str, answers: str) -> None:
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    rows = [(text,) for text in json.loads(Path(texts).read_text("utf-8"))]
    scored = PipelineModel.load(Path(pipeline).as_uri()).transform(spark.createDataFrame(rows, "text string"))
    margin, probability = (vector_to_array(scored[name])[1].alias(name) for name in ("rawPrediction", "probability"))
    columns = scored.select("tokens", margin, probability, scored["prediction"].cast("int")).collect()
    locale = spark.range(1).selectExpr(PROPERTY.format("user.language"), PROPERTY.format("user.country")).collect()[0]
    tokens, margins, probabilities, predictions = zip(*columns, strict=True)
    found = {
        "locale": "_".join(locale),
        "project": [name for name in ("sentiment", "spark_jobs") if importlib.util.find_spec(name)],
        "tokens": tokens,
        "margin": margins,
        "probability": probabilities,
        "prediction": predictions,
    }
    Path(answers).write_text(json.dumps(found), "utf-8")
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
