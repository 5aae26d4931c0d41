"""Spark Structured Streaming from topic to topic, as its guide writes it, with the model's own PipelineModel.

At least once: its Kafka sink knows no transactions. Runs until it is killed, in an environment of its own, because the
connector comes from Maven Central, where that of the newest Spark may not be yet.
"""

from __future__ import annotations

import os
from pathlib import Path

import click
import pyspark
from pyspark.ml import PipelineModel
from pyspark.ml.functions import vector_to_array
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

CONNECTOR = f"org.apache.spark:spark-sql-kafka-0-10_2.13:{pyspark.__version__}"
IN_A_BATCH = 20_000  # records of a topic that is full already; without a limit they would be one batch


@click.command()
@click.option("--servers", required=True)
@click.option("--pipeline", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--reviews", required=True)
@click.option("--results", required=True)
@click.option("--scratch", type=click.Path(path_type=Path), required=True)
def command(servers: str, pipeline: Path, reviews: str, results: str, scratch: Path) -> None:
    spark = _session(scratch)
    source = spark.readStream.format("kafka").option("kafka.bootstrap.servers", servers).option("subscribe", reviews)
    records = source.option("startingOffsets", "earliest").option("maxOffsetsPerTrigger", IN_A_BATCH).load()
    answers = _answer(records, PipelineModel.load(pipeline.absolute().as_uri()))
    sink = answers.writeStream.format("kafka").option("kafka.bootstrap.servers", servers).option("topic", results)
    sink.option("checkpointLocation", str(scratch / results)).start().awaitTermination()


def _answer(records: DataFrame, model: PipelineModel) -> DataFrame:
    """Key and value of the results: the review with its label and probability."""
    review = F.from_json(F.col("value").cast("string"), "id string, text string, sent double")
    scored = model.transform(records.select("key", review.alias("review")).select("key", "review.*"))
    fields = ("id", "text", "sent", F.col("prediction").cast("int").alias("sentiment"), _probability())
    return scored.select("key", F.to_json(F.struct(*fields)).alias("value"))


def _probability() -> Column:
    return vector_to_array(F.col("probability"))[1].alias("probability")


def _session(scratch: Path) -> SparkSession:
    """All cores of the machine, as our workers may use them."""
    builder = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.jars.packages", CONNECTOR).config("spark.jars.ivy", str(scratch / "ivy"))
    if mirror := os.environ.get("SENTIMENT_IVY_SETTINGS"):
        builder = builder.config("spark.jars.ivySettings", mirror)
    return builder.config("spark.driver.memory", "4g").config("spark.log.level", "ERROR").getOrCreate()


if __name__ == "__main__":
    command()
