"""The exam's own command, as it stands in the exam: `spark-submit spark_jobs/train_model.py`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from sentiment import Classifier
from tests.spark.conftest import PROJECT

SET_BY_THE_TESTS = ("PYSPARK_PYTHON", "SPARK_LOCAL_IP", "SPARK_MASTER")


def test_spark_submit_trains_on_the_exam_and_shows_what_it_did(java_home: Path, tmp_path: Path) -> None:
    command = ["spark-submit", "spark_jobs/train_model.py", "--input", "data/reviews_unique.csv"]
    environment = {name: value for name, value in os.environ.items() if name not in SET_BY_THE_TESTS}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # as activating does
    models = tmp_path / "models"
    run = subprocess.run([*command, "--output", models], cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    classifier = Classifier.load(models)
    _assert_steps_are_said(run.stderr)
    _assert_result_is_shown(run.stdout, classifier.path)
    assert {path.name for path in models.iterdir()} == {classifier.version, "current"}
    assert [
        p.label for p in classifier.predict(["Absolutely loved the acting. A must-watch!", "A letdown. Skip it."])
    ] == [
        "positive",
        "negative",
    ]


def _assert_steps_are_said(errors: str) -> None:
    assert "Traceback" not in errors
    said = re.findall(r"^\[ *\d+ s\] (.*)$", errors, re.MULTILINE)
    assert said[0] == "reading data/reviews_unique.csv"
    assert said[1].startswith("124 rows: 0 without a usable label, 0 without text, 39 repeats, 0 with ")
    assert said[2] == "warning: 39 of 124 rows are repeats of another row"
    assert re.match(r"warning: the 85 distinct texts come from about 10 templates, so .* says little about", said[3])
    assert said[4].startswith("warning: 85 texts are few: ")
    assert re.fullmatch(r"fitting on \d+ train, \d+ validation, \d+ test rows", said[5])
    assert re.fullmatch(r"\d+ coefficients kept; writing, and comparing with Spark", said[6])
    assert len(said) == 7


def _assert_result_is_shown(output: str, version: Path) -> None:
    first, *scores, confusion, parity = output.splitlines()
    assert first == f"model {version.name} in {version}, now current"
    score = r"(0\.\d{3}|1\.000)"
    figures = rf"accuracy {score}, precision {score}, recall {score}, f1 {score}, ROC AUC ({score}|n/a)"
    assert scores
    assert all(re.fullmatch(rf"  test rows, (all|en|other) *: +\d+ rows, {figures}", line) for line in scores)
    assert re.fullmatch(
        r"  confusion: \d+ true negative, \d+ false positive, \d+ false negative, \d+ true positive", confusion
    )
    compared = re.fullmatch(r"  parity with Spark: (\d+) of (\d+) labels and (\d+) margins equal, largest .*", parity)
    assert compared
    assert len(set(compared.groups())) == 1
