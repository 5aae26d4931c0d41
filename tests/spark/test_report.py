"""`report.html` and the model card of a small model: whole, safe, readable, and the same each time."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

from sentiment import Classifier
from sentiment.evaluation import read_evaluation
from sentiment.manifest import Manifest
from sentiment.metrics import MEASURES
from spark_jobs.caveats import UNSCALED
from spark_jobs.evaluating import Scored
from spark_jobs.report import Extras, write_report
from tests.spark.reported import EXTRAS, HOSTILE, complete, score_rows, tiny_classifier


class Page(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.text = " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def values(self, attribute: str) -> list[str]:
        return [
            value
            for _, attributes in self.elements
            for name, value in attributes.items()
            if name == attribute and value
        ]


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return tiny_classifier(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def scored(classifier: Classifier) -> Scored:
    return score_rows(classifier)


@pytest.fixture(scope="module")
def manifest(classifier: Classifier, scored: Scored) -> Manifest:
    return complete(classifier, scored)


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory, manifest: Manifest, scored: Scored, classifier: Classifier
) -> Path:
    place = tmp_path_factory.mktemp("version")
    write_report(place, manifest, scored, classifier, EXTRAS)
    return place


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def test_the_same_input_gives_the_same_bytes(
    folder: Path, tmp_path: Path, manifest: Manifest, scored: Scored, classifier: Classifier
) -> None:
    write_report(tmp_path, manifest, scored, classifier, EXTRAS)
    for name in ("report.html", "README.md", "evaluation.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_the_page_is_whole_without_a_network_and_runs_nothing(page: Page) -> None:
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form"}
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    addresses = [*page.values("src"), *page.values("href"), *page.values("xlink:href")]
    assert addresses
    assert all(address.startswith("#") for address in addresses)


def test_the_text_of_a_review_is_shown_as_it_is_and_never_obeyed(page: Page) -> None:
    assert HOSTILE in page.text


def test_all_ids_are_distinct_and_all_references_lead_somewhere(page: Page, folder: Path) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    used = [each.removeprefix("#") for each in [*page.values("href"), *page.values("xlink:href")]]
    used += page.values("aria-labelledby")
    used += re.findall(r"url\(#([^)]+)\)", (folder / "report.html").read_text(encoding="utf-8"))
    assert set(used) <= set(ids)


def test_plots_say_what_they_show_and_take_their_colours_from_the_page(page: Page, folder: Path) -> None:
    plots = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert [plot["role"] for plot in plots] == ["img"] * 5
    assert all(len(plot["aria-label"] or "") > 40 for plot in plots)
    drawn = "".join(re.findall(r"<svg.*?</svg>", (folder / "report.html").read_text(encoding="utf-8"), re.DOTALL))
    assert set(re.findall(r"(?:fill|stroke): *([^;\"]+)", drawn)) <= {
        "none",
        *(f"var(--{name})" for name in ("ink", "faint", "page", "series-1", "series-2", "series-3")),
    }


def test_headings_step_down_one_by_one_and_header_cells_say_what_they_head(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(attributes.get("scope") for tag, attributes in page.elements if tag == "th")


@pytest.mark.parametrize(
    "expected",
    [
        "It has learned from 1,000 texts in English and 50 texts in French.",
        "Of its data: 1,190 texts are few.",
        "<b>reviews`.csv",
        "the same label to 4 of 4 rows",
        "negation 3 4 75.0%",
        "irony 0 2 0.0% yes",
        "100 0.9 0.95 yes",
        "did in cross-validation on the training texts: the lowest log loss wins. The larger the penalty’s number, the",
        "penalty accuracy accuracy, English chosen",
        "English from 70.0% with 100 to 80.0% with 1,000",
        "These models are not calibrated: the last may differ a little",
        "The mean distance (ECE, over 15 finer bins) is",
        "Labelled negative, called positive with",
        "e56d6dd3",
        "dropped: repeats of another row 3",
    ],
)
def test_the_page_says(page: Page, expected: str) -> None:
    assert expected in page.text


def test_the_calibration_error_is_shown_beside_that_of_chance_alone(
    page: Page, folder: Path, manifest: Manifest
) -> None:
    scores = manifest.metrics["all"]
    beside = f"chance alone: up to {scores['ece_by_chance']['most']:.3f}"
    assert page.text.count(beside) >= 2  # tile and the caption of the plot
    assert f"{scores['ece']:.3f} chance: {scores['ece_by_chance']['most']:.3f}" in page.text  # table
    assert f"{scores['ece']:.3f} ({beside})" in (folder / "README.md").read_text(encoding="utf-8")


def test_where_texts_are_not_independent_the_words_about_chance_say_so(
    tmp_path: Path, folder: Path, manifest: Manifest, scored: Scored, classifier: Classifier
) -> None:
    write_report(tmp_path, manifest, scored._replace(group=scored.group // 2), classifier, EXTRAS)
    said = re.compile(r"treats? texts as independent, which those of one film or template are not")
    for name in ("report.html", "README.md"):
        assert said.search((tmp_path / name).read_text(encoding="utf-8"))
        assert not said.search((folder / name).read_text(encoding="utf-8"))


def test_what_training_did_not_measure_is_left_out(
    tmp_path: Path, manifest: Manifest, scored: Scored, classifier: Classifier
) -> None:
    bare = msgspec.structs.replace(manifest, behaviour={}, parity=None)
    write_report(tmp_path, bare, scored, classifier, Extras())
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert not {"training", "behaviour"} & set(page.values("id"))
    assert "texts in English, French and an unclear language" in page.text
    assert "There is no certificate of parity with Spark." in page.text


def test_probabilities_that_nothing_calibrated_are_among_the_limits(
    tmp_path: Path, manifest: Manifest, scored: Scored, classifier: Classifier
) -> None:
    unscaled = msgspec.structs.replace(manifest.calibration, method=f"{UNSCALED}: none was found")
    write_report(tmp_path, msgspec.structs.replace(manifest, calibration=unscaled), scored, classifier, EXTRAS)
    said = "Of its confidence: the probabilities are not calibrated (Unscaled margins: none was found)"
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert said in page.text
    assert said in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_the_cards_front_matter_holds_the_scores_of_the_manifest(folder: Path, manifest: Manifest) -> None:
    matter = (folder / "README.md").read_text(encoding="utf-8").split("---\n")[1]
    assert 'language: ["en", "fr"]\nlicense: apache-2.0\n' in matter
    metrics = [msgspec.json.decode(line) for line in re.findall(r"^ +- (\{\".*)$", matter, re.MULTILINE)]
    of_all = {each["type"]: each["value"] for each in metrics[: len(MEASURES)]}
    assert of_all["accuracy"] == manifest.metrics["all"]["accuracy"]
    assert of_all["average_precision"] == manifest.metrics["all"]["pr_auc"]
    datasets = [msgspec.json.decode(line) for line in re.findall(r"dataset: (.*)$", matter, re.MULTILINE)]
    assert [each["name"] for each in datasets][1] == "held-out rows of <b>reviews`.csv and more.csv, in English"


def test_test_rows_of_their_own_file_are_named_by_it(
    tmp_path: Path, manifest: Manifest, scored: Scored, classifier: Classifier
) -> None:
    tested = msgspec.structs.replace(manifest, data=manifest.data | {"tests": ["exam`.csv", "<i>more.csv"]})
    write_report(tmp_path, tested, scored, classifier, EXTRAS)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    datasets = [msgspec.json.decode(line)["name"] for line in re.findall(r"dataset: (.*)$", card, re.MULTILINE)]
    assert datasets[:2] == ["rows of exam`.csv and <i>more.csv", "rows of exam`.csv and <i>more.csv, in English"]
    assert "- Tested on rows of `exam.csv`, `<i>more.csv`; texts near" in card
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "Tested on rows of exam`.csv , <i>more.csv ; texts near" in page.text
    assert "of exam`.csv, <i>more.csv" in page.text
    for told in (card, page.text):
        assert "Its scores are those on the rows of the test files that are named under Data." in told
        assert "same sources" not in told
        assert "kept aside from training" not in told


def test_the_cards_example_runs(folder: Path, classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    models = classifier.path.parent
    exec(example.replace("models/", f"{models}/"), {})  # noqa: S102 - our own words, as a reader would paste them


def test_the_card_says_which_texts_the_saved_pipeline_takes(folder: Path) -> None:
    assert "a column `text` as `sentiment.cleaning.clean`\nleaves it" in (folder / "README.md").read_text(
        encoding="utf-8"
    )


def test_the_cards_table_is_a_table(folder: Path, manifest: Manifest) -> None:
    lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()
    head, _, *rows = [line.strip("|").split("|") for line in lines if line.startswith("|")]
    assert {len(row) for row in rows} == {len(head)} == {len(MEASURES) + 2}
    assert len(rows) == len(manifest.metrics)


def test_the_evaluation_holds_the_numbers_behind_the_page(folder: Path, manifest: Manifest, scored: Scored) -> None:
    evaluation = read_evaluation(folder)
    assert evaluation is not None
    assert set(evaluation.curves) == {"all", "en"}  # the French rows are too few to draw
    curves = evaluation.curves["all"]
    area = np.trapezoid(curves.roc.y, curves.roc.x)
    assert area == pytest.approx(manifest.metrics["all"]["roc_auc"], abs=1e-3)
    assert sum(curves.reliability.rows) == len(scored.text)
    weights = [each.weight for each in evaluation.strongest["en"]]
    assert weights[0] > 0 > weights[-1]
    assert HOSTILE in [mistake.text for mistake in evaluation.mistakes["en"]]


def test_a_version_without_an_evaluation_has_none(tmp_path: Path) -> None:
    assert read_evaluation(tmp_path) is None
