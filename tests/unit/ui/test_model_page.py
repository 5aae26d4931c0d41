"""The page about the model, as Streamlit runs it, with models as training leaves them."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from api.app import create_app
from api.settings import Settings as ApiSettings
from sentiment import Classifier, folder
from sentiment.manifest import Parity
from tests.evaluated import write_evaluated_model
from tests.tiny import write_tiny_model
from tests.unit.ui.conftest import listening
from tests.unit.ui.opening import ENGLISH, Open, said
from ui.client import Api
from ui.settings import Settings


def test_the_model_page_compares_with_another_version(open_page: Open, tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "models", "tiny-0")
    write_tiny_model(tmp_path / "models", "tiny-1")
    app = open_page("model", models=tmp_path / "models")
    app.selectbox(key="model-compare").set_value("tiny-0").run(timeout=20)
    assert not app.exception
    assert [header.value for header in app.subheader][:2] == ["tiny-1", "tiny-0"]


def test_the_model_page_shows_all_that_training_saw(open_page: Open, tmp_path: Path) -> None:
    write_evaluated_model(tmp_path / "models")
    with listening(create_app(Classifier.load(tmp_path / "models"), ApiSettings())) as url:
        app = open_page("model", models=tmp_path / "models", api=Api(Settings(url)))
    told = said(app)
    assert ENGLISH("model.warning", warning="40 texts are few") in told
    assert len(app.get("vega_lite_chart")) == 4 + 1  # confusion, reliability, ROC, precision; the terms of one language
    assert "a film &lt;b&gt;that" in told
    scores, behaviour, data = (table.value for table in app.dataframe)
    assert list(scores.columns) == ["Measure", "All rows (40)", "English (40)"]
    assert list(behaviour["Passed"]) == ["3 / 4", "0 / 2"]
    assert dict(zip(data["Setting"], data["evaluated-1"], strict=True)) == {"cleaning.rows": "44", "penalty": "100.0"}


def test_a_version_without_curves_leaves_the_other_its_own_colour_and_name(open_page: Open, tmp_path: Path) -> None:
    write_evaluated_model(tmp_path / "models", "other")
    write_tiny_model(tmp_path / "models", "tiny-1")
    app = open_page("model", models=tmp_path / "models")
    app.selectbox(key="model-compare").set_value("other").run(timeout=20)
    specs = [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]
    colours = [spec["encoding"]["color"] for spec in specs if spec.get("encoding", {}).get("strokeDash")]
    assert colours
    for colour in colours:
        assert colour["scale"]["domain"] == ["tiny-1", "other"]
        assert colour["legend"]


def test_the_folder_may_be_the_versions_own_as_it_may_for_the_server(open_page: Open, tmp_path: Path) -> None:
    place = write_evaluated_model(tmp_path / "models") / "evaluated-1"
    with listening(create_app(Classifier.load(place), ApiSettings())) as url:
        app = open_page("model", models=place, api=Api(Settings(url)))
    assert len(app.get("vega_lite_chart")) == 5


def test_a_score_has_its_interval_where_training_drew_one(open_page: Open, tmp_path: Path) -> None:
    place = write_evaluated_model(tmp_path / "models") / "evaluated-1"
    manifest = folder.read_manifest(place)
    metrics = manifest.metrics | {
        "en": manifest.metrics["en"] | {"accuracy": 0.75, "interval": {"accuracy": [0.6, 0.85]}}
    }
    folder.write_manifest(place, msgspec.structs.replace(manifest, metrics=metrics))
    with listening(create_app(Classifier.load(tmp_path / "models"), ApiSettings())) as url:
        app = open_page("model", models=tmp_path / "models", api=Api(Settings(url)))
    scores = app.dataframe[0].value.set_index("Measure")
    assert scores.loc["Accuracy", "English (40)"] == "0.750 (0.600 – 0.850)"
    assert "(" not in scores.loc["Accuracy", "All rows (40)"]
    assert ENGLISH("model.interval_note") in said(app)


@pytest.mark.parametrize(
    ("fingerprint", "tests", "judged"), [("0", [], True), ("1", [], False), ("1", ["imdb-test.parquet"], True)]
)
def test_versions_are_judged_by_the_same_rows_alone(
    open_page: Open, tmp_path: Path, fingerprint: str, tests: list[str], judged: bool
) -> None:
    for name, accuracy, rows in (("other", 0.5, fingerprint), ("used", 0.75, "0")):
        place = write_evaluated_model(tmp_path / "models", name) / name
        manifest = folder.read_manifest(place)
        metrics = {"all": manifest.metrics["all"] | {"accuracy": accuracy, "interval": {"accuracy": [None, None]}}}
        data = manifest.data | {"fingerprint": rows, "tests": tests}
        folder.write_manifest(place, msgspec.structs.replace(manifest, metrics=metrics, data=data))
    with listening(create_app(Classifier.load(tmp_path / "models"), ApiSettings())) as url:
        app = open_page("model", models=tmp_path / "models", api=Api(Settings(url)))
        app.selectbox(key="model-compare").set_value("other").run(timeout=20)
    scores = app.dataframe[0].value.set_index("Measure")
    difference = "+0.250 (better)" if judged else "+0.250"
    assert [scores.loc["Accuracy"].tolist()[place] for place in (0, 2)] == ["0.750", difference]
    assert (ENGLISH("model.own_rows_note") in said(app)) == (not judged)
    assert ENGLISH("model.interval_note") not in said(app)


@pytest.mark.parametrize(("equal", "kinds"), [(9, (1, 0)), (8, (0, 1))])
def test_a_certificate_that_proves_nothing_is_not_shown_as_a_success(
    open_page: Open, tmp_path: Path, equal: int, kinds: tuple[int, int]
) -> None:
    place = write_tiny_model(tmp_path / "models", "tiny-1") / "tiny-1"
    parity = Parity(rows=9, labels_equal=9, margins_equal=equal, max_abs_dp=0.0)
    folder.write_manifest(place, msgspec.structs.replace(folder.read_manifest(place), parity=parity))
    with listening(create_app(Classifier.load(tmp_path / "models"), ApiSettings())) as url:
        app = open_page("model", models=tmp_path / "models", api=Api(Settings(url)))
    told = ENGLISH("model.parity", rows=9, labels=9, margins=equal, difference=0)
    found = tuple(len([each for each in app.get(kind) if each.value == told]) for kind in ("success", "warning"))
    assert found == kinds


def test_a_damaged_version_is_said_to_be_one(open_page: Open, tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "models", "tiny-0")
    (tmp_path / "models" / "tiny-0" / "model.json").write_text("{", "utf-8")
    app = open_page("model", models=tmp_path / "models")
    app.selectbox(key="model-compare").set_value("tiny-0").run(timeout=20)
    assert ENGLISH("model.damaged", version="tiny-0") in said(app)
