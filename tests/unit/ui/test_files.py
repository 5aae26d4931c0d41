"""Files scored through the API: all rows, bad ones among them, and the same columns as on the command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from cli.ui.wiring import score_file
from sentiment import Classifier, Prediction
from sentiment.errors import DataError
from sentiment.results import Result
from tests.unit.ui.conftest import LIMITS
from ui.client import Api
from ui.cutting import LISTED_CHARACTERS
from ui.files import BAD_ROWS, LEAST_CERTAIN, ApiPredictor, Job, ModelChangedError, Outcome, Row, Step


def scored(api: Api, source: Path, name: str = "scored.csv") -> tuple[Outcome, Path]:
    outcome, output = Outcome(), source.with_name(name)
    for step in score_file(Job(source, output), ApiPredictor(api)):
        outcome.add(step.rows)
    return outcome, output


def test_all_rows_are_in_the_scored_file_and_the_bad_ones_are_listed(
    api: Api, classifier: Classifier, tmp_path: Path
) -> None:
    source = tmp_path / "reviews.csv"
    texts = ["good", "", "bad", "a" * (LIMITS.max_characters + 1), "great"]
    source.write_text("film,text\n" + "".join(f"f{n},{text}\n" for n, text in enumerate(texts)) + '7,"cut', "utf-8")
    outcome, output = scored(api, source)
    assert (outcome.rows, outcome.bad, outcome.positive) == (6, 3, 2)
    assert [row.number for row in outcome.bad_rows] == [2, 4, 6]
    rows = list(csv.DictReader(output.read_text("utf-8").splitlines()))
    assert [row["label"] for row in rows] == ["positive", "", "negative", "", "positive", ""]
    assert [row["film"] for row in rows[:5]] == [f"f{n}" for n in range(5)]
    expected = classifier.predict(["good", "bad", "great"]).probability.tolist()
    assert [float(row["probability"]) for row in rows if row["probability"]] == expected
    assert {row["model_version"] for row in rows} == {"tiny-1", ""}


def test_json_lines_keep_their_own_fields(api: Api, tmp_path: Path) -> None:
    source = tmp_path / "reviews.jsonl"
    source.write_text('{"avis": "magnifique", "n": [1]}\n{"avis": 3}\nnot json\n', "utf-8")
    outcome, output = scored(api, source, "scored.jsonl")
    rows = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    assert (rows[0]["label"], rows[0]["n"], outcome.bad) == ("positive", [1], 2)


def test_a_file_without_a_text_column_is_refused_and_leaves_nothing(api: Api, tmp_path: Path) -> None:
    source = tmp_path / "numbers.csv"
    source.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(DataError, match="no column with the text"):
        scored(api, source)
    assert list(tmp_path.iterdir()) == [source]


def test_the_least_certain_rows_come_first_and_lists_are_bounded() -> None:
    outcome = Outcome()
    many = 3 * LEAST_CERTAIN
    outcome.add(Row(n, "t", Prediction(1, 0.5 + n / 10_000, False), None) for n in range(many, 0, -1))
    outcome.add(Row(n, "t", None, "bad") for n in range(2 * BAD_ROWS))
    assert [row.number for row in outcome.least_certain] == list(range(1, LEAST_CERTAIN + 1))
    assert (outcome.rows, outcome.bad, len(outcome.bad_rows)) == (many + 2 * BAD_ROWS, 2 * BAD_ROWS, BAD_ROWS)


def test_a_listed_text_is_cut_however_long_it_is() -> None:
    outcome, huge = Outcome(), "a" * 1_000_000
    outcome.add([Row(1, huge, Prediction(1, 0.6, True), None), Row(2, huge, None, "has 1000000 characters")])
    assert [len(row.text) for row in (*outcome.least_certain, *outcome.bad_rows)] == [LISTED_CHARACTERS] * 2


def test_a_row_without_a_text_is_not_listed_with_one(api: Api, tmp_path: Path) -> None:
    source = tmp_path / "reviews.jsonl"
    source.write_text('{"text": null}\n{"text": 3}\n', "utf-8")
    outcome, _ = scored(api, source, "scored.jsonl")
    assert [row.text for row in outcome.bad_rows] == ["", "3"]


class ChangingApi(Api):
    """An API that takes another model into use between two requests."""

    def __init__(self) -> None:
        self.asked = 0

    def score(self, texts: Sequence[str]) -> list[Result]:  # type: ignore[override]
        self.asked += 1
        answer = {"label": "positive", "sentiment": 1, "probability": 0.9, "confidence": 0.9, "needs_review": False}
        return [Result(**answer, model_version=f"v{self.asked}", review={}) for _ in texts]  # type: ignore[arg-type]


def test_a_file_has_one_model() -> None:
    predictor = ApiPredictor(ChangingApi())
    assert len(list(predictor(["a", "b"]))) == 2
    with pytest.raises(ModelChangedError, match="v2 answers in place of v1"):
        list(predictor(["c"]))


def test_a_run_that_is_left_before_its_end_leaves_no_output(api: Api, tmp_path: Path) -> None:
    source = tmp_path / "reviews.csv"
    source.write_text("text\n" + "good\n" * 9, "utf-8")
    steps: Iterator[Step] = score_file(Job(source, tmp_path / "out.csv"), ApiPredictor(api))
    assert next(steps).total == 9
    del steps
    assert list(tmp_path.iterdir()) == [source]
