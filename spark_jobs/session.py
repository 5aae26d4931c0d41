"""The Spark session of a job: what `spark-submit` says wins, the defaults suit one machine."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession

# Jobs, not answers: what counts is the whole. The heap grows only where collecting takes more than a twentieth of it.
JAVA_OPTIONS = "-XX:+UseParallelGC -XX:GCTimeRatio=19"
CANCEL_SECONDS = 10.0  # for Java to hear of a Ctrl-C


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


@contextmanager
def job(session: SparkSession) -> Iterator[SparkSession]:
    """The block's work; Ctrl-C cancels it, and ends in KeyboardInterrupt alone.

    pyspark's own handler asks Java in the middle of another question, and shows how both fail.
    """
    cancelling = threading.Thread(target=_cancel, args=(session.sparkContext,), daemon=True)

    def interrupt(*_: object) -> None:
        if not cancelling.ident:  # the first time
            logging.disable()  # py4j's words about every call that this cuts short
            cancelling.start()
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield session
    except BaseException:
        if not cancelling.ident:
            raise
        cancelling.join(CANCEL_SECONDS)
        with suppress(Exception):
            session.stop()
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)


def _cancel(context: SparkContext) -> None:
    """In a thread of its own, which has a connection of its own to Java."""
    with suppress(Exception):
        context.setLogLevel("OFF")
        context.cancelAllJobs()
