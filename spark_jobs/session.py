"""The Spark session of a job: under `spark-submit` what that says, else one of this machine's."""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pyspark import SparkContext
from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession

from sentiment.errors import SettingError

# Jobs, not answers: what counts is the whole. The heap grows only where collecting takes more than a twentieth of it.
JAVA_OPTIONS = "-XX:+UseParallelGC -XX:GCTimeRatio=19"
SUBMITTED = "PYSPARK_GATEWAY_PORT"  # the variable by which spark-submit tells where its Java is
LEAST_MEMORY = 512  # MB of heap; Spark refuses to start with less than 450
CANCEL_SECONDS = 10.0  # for Java to hear of a Ctrl-C


def start_session(name: str, driver_memory: str = "4g") -> SparkSession:
    """A session; outside of `spark-submit` on all cores of this machine, with `driver_memory` of heap.

    A builder's settings would win over those of `spark-submit`, so none is given there. SettingError where Java can't
    have that much.
    """
    builder = SparkSession.builder if SUBMITTED in os.environ else _of_this_machine(name, _checked(driver_memory))
    try:
        session = builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise SettingError(
            "Spark does not start; what Java says stands above: is it there, with memory free?"
        ) from error
    context = session.sparkContext
    context.setLogLevel("ERROR")
    for setting, value in _defaults(context.master).items():
        if not context.getConf().contains(setting):
            session.conf.set(setting, value)
    return session


def _checked(memory: str) -> str:
    """SettingError for what is no size, or less than Spark needs itself."""
    found = re.fullmatch(r"([0-9]{1,6})([mg])", memory.lower())
    if not found or int(found[1]) * (1024 if found[2] == "g" else 1) < LEAST_MEMORY:
        raise SettingError(f"--memory {memory}: expected a number and m or g, as 2g, and {LEAST_MEMORY}m at least")
    return memory


def _of_this_machine(name: str, driver_memory: str) -> SparkSession.Builder:
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return (
        SparkSession.builder.appName(name)
        .master(os.environ.get("SPARK_MASTER", "local[*]"))
        .config("spark.driver.memory", driver_memory)
        .config("spark.driver.extraJavaOptions", JAVA_OPTIONS)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
        .config("spark.log.level", "ERROR")
        .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
        .config("spark.broadcast.compress", "false")
        .config("spark.shuffle.compress", "false")
    )


def _defaults(master: str | None) -> dict[str, str]:
    """What suits these jobs better than Spark's own: vectors are large in Python, a machine has few cores, and the 007
    of a folder `film=007` is no 7.
    """
    settings = {
        "spark.sql.execution.arrow.maxRecordsPerBatch": "200",
        "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    }
    if (master or "").startswith("local"):
        settings["spark.sql.shuffle.partitions"] = str(2 * (os.cpu_count() or 1))
    return settings


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
