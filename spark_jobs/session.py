"""The Spark session of a job: what `spark-submit` says wins, the defaults suit one machine."""

from __future__ import annotations

import os
import sys

from pyspark import SparkConf
from pyspark.sql import SparkSession

# Jobs, not answers: what counts is the whole. The heap grows only where collecting takes more than a twentieth of it.
JAVA_OPTIONS = "-XX:+UseParallelGC -XX:GCTimeRatio=19"


def start_session(name: str, driver_memory: str = "4g") -> SparkSession:
    """A session; outside of `spark-submit` on all cores of this machine, with `driver_memory` of heap."""
    builder = SparkSession.builder.appName(name)
    submitted = SparkConf().get("spark.master")
    if submitted is None:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        builder = (
            builder.master(os.environ.get("SPARK_MASTER", "local[*]"))
            .config("spark.driver.memory", driver_memory)
            .config("spark.driver.extraJavaOptions", JAVA_OPTIONS)
            .config("spark.ui.enabled", "false")
            .config("spark.log.level", "ERROR")
            .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
            .config("spark.broadcast.compress", "false")
            .config("spark.shuffle.compress", "false")
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", "200")  # vectors are large in Python
        )
    if (submitted or "local").startswith("local"):  # the workers are this machine's: they need this very Python
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = (
        builder.config("spark.sql.shuffle.partitions", str(2 * (os.cpu_count() or 1)))
        .config("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session
