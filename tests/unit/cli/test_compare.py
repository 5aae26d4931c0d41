"""`sentiment models compare`: two models on the same rows, and which of them is right where they differ."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner, Result

import cli.scoring
from cli.compare import Comparison
from cli.figures import Figures
from cli.models import models
from sentiment import folder
from sentiment.errors import DataError
from tests.tiny import write_tiny_model


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """`v1`, and `v2`, which takes "good" for blame and is in use."""
    for version in ("v1", "v2"):
        write_tiny_model(tmp_path / "models", version)
    version = tmp_path / "models" / "v2"
    weights = folder.read_weights(version)
    turned = np.where(weights.coefficients == 2.0, -2.0, weights.coefficients)
    terms = [tuple(line.split("\t")) for line in folder.read_terms(version, len(turned))]
    golden = [check for check in folder.read_checks(version) if "good" not in check.text]
    folder.write_parts(version, folder.Weights(weights.buckets, turned), terms, golden)
    folder.write_manifest(version, folder.read_manifest(version))
    return tmp_path / "models"


def run(place: Path, *arguments: str | Path) -> Result:
    given = ["compare", *map(str, arguments), "--models", str(place)]
    return CliRunner().invoke(models, given, catch_exceptions=False)


def test_rows_that_get_another_label_are_counted_and_judged(two: Path, tmp_path: Path) -> None:
    lines = ["text,label", "good,1", "good !,1", "good film,0", "great,1", "awful,0", ",1", "good one,nobody knows"]
    (tmp_path / "in.csv").write_text("\n".join(lines) + "\n")
    told = json.loads(run(two, "v1", "--input", tmp_path / "in.csv", "--label", "label", "--json").stdout)
    assert (told["n"], told["bad_rows"], told["labels_changed"]) == (6, 1, 4)
    assert (told["only_first_right"], told["only_second_right"]) == (2, 1)
    assert told["p_value"] == 1.0
    assert [each["accuracy"] for each in told["models"]] == [0.8, 0.6]
    shown = run(two, "v1", "v2", "--input", tmp_path / "in.csv", "--label", "label", "--most", "1").stdout.splitlines()
    assert [line.split() for line in shown[:2]] == [["first", "v1"], ["second", "v2"]]
    assert [line.split()[:3] for line in shown[3:5]] == [["first", "all", "5"], ["second", "all", "5"]]
    assert all(len(line) <= 80 for line in shown[:5])
    assert "of these the first is right in 2, the second in 1" in shown[-2]
    assert shown[-1].startswith("row 1: 0.8")


@pytest.mark.parametrize(
    ("first", "second", "chance"),
    [(0, 0, 1.0), (5, 0, 2 / 32), (1, 9, 22 / 1024), (700, 800, 0.0106), (40_000, 40_500, 0.0784)],
)
def test_chance_is_that_of_a_fair_coin(first: int, second: int, chance: float) -> None:
    comparison = Comparison((Figures(None), Figures(None)), first=first, second=second)
    assert comparison.chance == pytest.approx(chance, rel=5e-3)


def test_without_a_file_the_reports_are_put_side_by_side(two: Path) -> None:
    for version, accuracy in (("v1", 0.9), ("v2", 0.8)):
        scores = dict.fromkeys(("precision", "recall", "f1", "brier", "ece"), 0.5)
        metrics = {"all": {"n": 1200, "accuracy": accuracy, "roc_auc": None, **scores}}
        manifest = folder.read_manifest(two / version)
        changed = msgspec.structs.replace(manifest, metrics=metrics, data={"fingerprint": version})
        folder.write_manifest(two / version, changed)
    lines = run(two, "v1").stdout.splitlines()
    shown = [line.split()[:4] for line in lines[3:5]]
    assert shown == [["first", "all", "1,200", "0.9000"], ["second", "all", "1,200", "0.8000"]]
    assert "n/a" in lines[3]
    assert "--input FILE has both classify the same" in lines[5]
    told = json.loads(run(two, "v1", "--json").stdout)
    assert [each["metrics"]["all"]["accuracy"] for each in told["models"]] == [0.9, 0.8]


def test_reports_that_tell_of_other_groups_are_put_side_by_side_too(two: Path) -> None:
    scores = dict.fromkeys(("accuracy", "precision", "recall", "f1", "roc_auc", "brier", "ece"), 0.5)
    for version, groups in (("v1", ("all", "fr")), ("v2", ("all",))):
        metrics = {group: {"n": 7, **scores} for group in groups}
        changed = msgspec.structs.replace(folder.read_manifest(two / version), metrics=metrics)
        folder.write_manifest(two / version, changed)
    lines = run(two, "v1").stdout.splitlines()
    assert [line.split()[:2] for line in lines[3:6]] == [["first", "all"], ["second", "all"], ["first", "fr"]]


def test_batches_do_not_show(two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in.csv").write_text("text\n" + "".join(f"good{' film' * (n % 4)}\n\n" for n in range(9)))
    whole = run(two, "v1", "--input", tmp_path / "in.csv", "--most", "4").stdout
    monkeypatch.setattr(cli.scoring, "BATCH", 2)
    assert run(two, "v1", "--input", tmp_path / "in.csv", "--most", "4").stdout == whole
    assert len([line for line in whole.splitlines() if line.startswith("row ")]) == 4


def test_how_far_apart_two_models_are_does_not_depend_on_which_is_first(two: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\ngood\nbad\n")
    told = [
        json.loads(run(two, *pair, "--input", tmp_path / "in.csv", "--json").stdout)["mean_abs_dp"]
        for pair in (("v1", "v2"), ("v2", "v1"))
    ]
    assert told[0] == told[1] > 0.1


def test_what_belongs_to_a_file_wants_one(two: Path) -> None:
    assert CliRunner().invoke(models, ["compare", "v1", "--label", "label", "--models", str(two)]).exit_code == 2


def test_a_model_does_not_differ_from_itself(two: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\ngood\nbad\n")
    lines = run(two, "v2", "--input", tmp_path / "in.csv").stdout.splitlines()
    assert lines[2:] == ["0 of 2 rows get another label; probabilities are 0.0000 apart on average"]


def test_labels_that_are_asked_for_must_be_there(two: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text,stars\ngood,5\n")
    with pytest.raises(DataError, match="no classified row has a known label in stars"):
        run(two, "v1", "--input", tmp_path / "in.csv", "--label", "stars")
