"""The exam's own command, as it stands in the exam: `spark-submit spark_jobs/train_model.py`."""

from __future__ import annotations

import json
import re
from pathlib import Path

from sentiment import Classifier
from tests.spark.conftest import spark_submit

SETTINGS = """
import json
from spark_jobs.session import start_session

session = start_session("unheard", "3g")
names = ("spark.sql.shuffle.partitions", "spark.sql.execution.arrow.maxRecordsPerBatch")
found = {name: session.conf.get(name) for name in names}
conf = session.sparkContext.getConf()
print(json.dumps(found | {name: conf.get(name) for name in ("spark.master", "spark.app.name", "spark.driver.memory")}))
"""


def test_spark_submit_trains_on_the_exam_and_shows_what_it_did(java_home: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    run = spark_submit("spark_jobs/train_model.py", "--input", "data/reviews_unique.csv", "--output", str(models))
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr
    classifier = Classifier.load(models)
    steps = re.findall(r"^\[ *\d+ s\] (.*)$", run.stdout, re.MULTILINE)  # spark-submit joins the two streams
    _assert_steps_are_said(steps)
    _assert_result_is_shown(run.stdout.splitlines()[len(steps) :], classifier.path)
    assert {path.name for path in models.iterdir()} == {classifier.version, "current"}
    answers = classifier.predict(["Absolutely loved the acting. A must-watch!", "Lackluster acting. Skip this one."])
    assert [answer.label for answer in answers] == ["positive", "negative"]


def test_what_spark_submit_says_wins(java_home: Path, tmp_path: Path) -> None:
    script = tmp_path / "settings.py"
    script.write_text(SETTINGS, "utf-8")
    own = {"spark.sql.shuffle.partitions": "777", "spark.sql.execution.arrow.maxRecordsPerBatch": "5000"}
    flags = [word for name, value in own.items() for word in ("--conf", f"{name}={value}")]
    run = spark_submit("--master", "local[1]", "--name", "mine", "--driver-memory", "700m", *flags, str(script))
    assert run.returncode == 0, run.stderr
    expected = {**own, "spark.master": "local[1]", "spark.app.name": "mine", "spark.driver.memory": "700m"}
    assert json.loads(run.stdout.splitlines()[-1]) == expected


def _assert_steps_are_said(said: list[str]) -> None:
    before, fits, last = said[:6], said[6:-1], said[-1]
    assert before[0] == "reading data/reviews_unique.csv"
    assert before[1].startswith("124 rows: 0 without a usable label, 0 without text, 39 repeats, 0 with ")
    assert before[2] == "warning: 39 of 124 rows are repeats of another row"
    assert re.match(r"warning: the 85 distinct texts come from about 10 templates, so .* says little", before[3])
    assert before[4].startswith("warning: 85 texts are few: ")
    assert re.fullmatch(r"splitting: \d+ rows to train, \d+ rows to test", before[5])
    assert [fit.partition(",")[0] for fit in fits] == [f"cross-validation: {n} of 6 fits" for n in range(1, 7)]
    assert re.fullmatch(r"\d+ coefficients; writing, and comparing with Spark", last)


def _assert_result_is_shown(lines: list[str], version: Path) -> None:
    first, *scores, confusion, parity = lines
    assert first == f"model {version.name} in {version}, now current"
    score = r"(0\.\d{3}|1\.000)"
    of_two_classes = ", ".join(rf"{name} ({score}|n/a)" for name in ("precision", "recall", "f1", "ROC AUC"))
    figures = rf"accuracy {score}, {of_two_classes}"
    assert scores
    assert all(re.fullmatch(rf"  test rows, (all|en|other) *: +\d+ rows, {figures}", line) for line in scores)
    kinds = ("true negative", "false positive", "false negative", "true positive")
    assert re.fullmatch("  confusion: " + ", ".join(rf"\d+ {kind}" for kind in kinds), confusion)
    compared = re.fullmatch(r"  parity with Spark: (\d+) of (\d+) labels and (\d+) margins equal, largest .*", parity)
    assert compared
    assert len(set(compared.groups())) == 1
