"""The report and the card of a small model. Spark's own types are used, but no session is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment import Classifier
from sentiment.manifest import Manifest
from sentiment.metrics import MEASURES
from spark_jobs.evaluating import Scored
from spark_jobs.report import Extras, LearningPoint, evaluate_all, sure_answers, write_report
from spark_jobs.report.mistakes import cut, worst_mistakes
from spark_jobs.report.vocabulary import collisions, strongest, usage_by_language
from tests.tiny import write_tiny_model

HOSTILE = 'A wonderful <script src="https://example.org/x.js">alert("1")</script> & <img src=x onerror=alert(2)> film'
TEXTS = {
    "en": {"a good film": 1, "a wonderful film": 1, "great, I loved it": 1, "not good": 0, "awful": 0, "so boring": 0},
    "fr": {"un film magnifique": 1, "magnifique, à voir": 1, "c'est nul": 0, "vraiment nul, nul": 0},
}
DATA = {
    "inputs": ["<b>reviews`.csv", "more.csv"],
    "cleaning": {"rows": 1200, "label_unknown": 1, "text_empty": 2, "repeated": 3, "contradictory": 4, "kept": 1190},
    "groups": 1100,
    "split": {"train": 950, "validation": 118, "test": 122},
    "fingerprint": "e56d6dd3",
    "warnings": ["1,190 texts are few"],
}
EXTRAS = Extras(
    search=[
        {"penalty": 10.0, "accuracy": 0.8125, "chosen": False},
        {"penalty": 100.0, "accuracy": 0.9, "chosen": True},
    ],
    learning=[LearningPoint(100, 0.7, "en"), LearningPoint(1000, 0.8, "en"), LearningPoint(50, 0.6, "fr")],
    documents={"en": 1000, "fr": 50},
)


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
    return Classifier.load(write_tiny_model(tmp_path_factory.mktemp("models")))


@pytest.fixture(scope="module")
def scored(classifier: Classifier) -> Scored:
    """120 rows of which a few are labelled the other way round, and one hostile text."""
    rows = [(text, label, language) for language, texts in TEXTS.items() for text, label in texts.items()] * 12
    rows = [(f"{text} {n}", label if n % 9 else 1 - label, language) for n, (text, label, language) in enumerate(rows)]
    rows += [(HOSTILE, 0, "en"), ("word " * 700 + "awful", 1, "other")]
    texts, labels, languages = zip(*rows, strict=True)
    answers = classifier.predict_cleaned(texts)
    label = np.array(labels, np.int8)
    return Scored(list(texts), label, np.array(languages), answers.margin, answers.probability, answers.sentiment)


@pytest.fixture(scope="module")
def manifest(classifier: Classifier, scored: Scored) -> Manifest:
    return msgspec.structs.replace(
        classifier.manifest,
        metrics=evaluate_all(scored),
        behaviour={
            "negation": {"passed": 3, "total": 4, "weak": False},
            "irony": {"passed": 0, "total": 2, "weak": True},
        },
        data=DATA,
    )


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


def test_all_parts_of_the_rows_are_scored_with_intervals(scored: Scored) -> None:
    metrics = evaluate_all(scored)
    assert list(metrics) == ["all", "en", "fr", "other", "words 1-50", "words 301+"]
    assert metrics["all"]["n"] == len(scored.text) == metrics["words 1-50"]["n"] + metrics["words 301+"]["n"]
    for name, scores in metrics.items():
        assert sum(scores["confusion"].values()) == scores["n"]
        for measure in MEASURES:
            low, high = scores["interval"][measure]
            assert scores[measure] is None or low <= scores[measure] <= high, (name, measure)
    assert metrics["all"]["accuracy"] == pytest.approx(np.mean(scored.prediction == scored.label), abs=1e-6)
    assert msgspec.json.decode(msgspec.json.encode(metrics)) == metrics


def test_where_there_is_one_class_only_the_areas_are_null(scored: Scored) -> None:
    scores = evaluate_all(scored)["other"]
    assert (scores["roc_auc"], scores["interval"]["roc_auc"], scores["accuracy"]) == (None, [None, None], 0.0)


def test_answers_outside_of_the_review_band_are_counted(scored: Scored, classifier: Classifier) -> None:
    review = np.array([answer.needs_review for answer in classifier.predict_cleaned(scored.text)])
    right = scored.prediction == scored.label
    bands = sure_answers(scored, classifier)
    assert bands["all"] == pytest.approx((1 - review.mean(), right[~review].mean()))
    french = scored.language == "fr"
    assert bands["fr"].coverage == pytest.approx(1 - review[french].mean())


def test_the_same_input_gives_the_same_bytes(
    folder: Path, tmp_path: Path, manifest: Manifest, scored: Scored, classifier: Classifier
) -> None:
    write_report(tmp_path, manifest, scored, classifier, EXTRAS)
    for name in ("report.html", "README.md"):
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
        "It does worst on",
        "<b>reviews`.csv",
        "the same label to 4 of 4 rows",
        "negation 3 4 75.0%",
        "irony 0 2 0.0% yes",
        "100 0.9 yes",
        "English from 70.0% with 100 to 80.0% with 1,000",
        "Labelled negative, called positive with",
        "e56d6dd3",
        "dropped: repeats of another row 3",
    ],
)
def test_the_page_says(page: Page, expected: str) -> None:
    assert expected in page.text


def test_what_training_did_not_measure_is_left_out(
    tmp_path: Path, manifest: Manifest, scored: Scored, classifier: Classifier
) -> None:
    bare = msgspec.structs.replace(manifest, behaviour={}, parity=None)
    write_report(tmp_path, bare, scored, classifier, Extras())
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert not {"training", "behaviour"} & set(page.values("id"))
    assert "texts in English, French and an unclear language" in page.text
    assert "There is no certificate of parity with Spark." in page.text


def test_a_term_is_of_the_language_that_uses_it_and_on_the_side_that_it_speaks_for(
    scored: Scored, classifier: Classifier
) -> None:
    usage = usage_by_language(scored, classifier)
    for_positive, for_negative = strongest(usage, "fr", classifier)
    assert ([each.term for each in for_positive], [each.term for each in for_negative]) == (["magnifique"], ["nul"])
    for_positive, for_negative = strongest(usage, "en", classifier)
    assert {"great", "wonderful", "good"} <= {each.term for each in for_positive}
    assert {"not good", "awful", "boring"} == {each.term for each in for_negative}
    assert all(each.weight > 0 and each.texts >= 12 for each in for_positive)


def test_collisions_tell_main_terms_from_others_and_from_strangers(scored: Scored, classifier: Classifier) -> None:
    alone = collisions(usage_by_language(scored, classifier), classifier)
    assert (alone.several, alone.several_frequent, alone.examples) == (0, 0, [])
    assert alone.main == pytest.approx(1)
    names = {"awful": "dreadful\tawful", "nul": "other"}
    shared = replace(classifier, learned=tuple(names.get(each, each) for each in classifier.learned))
    found = collisions(usage_by_language(scored, shared), shared)
    assert found.several == 1
    assert found.others > 0 < found.strangers
    assert found.main + found.others + found.strangers == pytest.approx(1)


def test_the_worst_mistakes_come_first_with_their_reasons(scored: Scored, classifier: Classifier) -> None:
    found = worst_mistakes(scored, "en", classifier)
    assert [each.confidence for each in found] == sorted((each.confidence for each in found), reverse=True)
    wrong = scored.prediction[scored.language == "en"] != scored.label[scored.language == "en"]
    assert len(found) == wrong.sum()
    for each in found:
        assert each.label != each.given
        assert (each.because[0].weight > 0) == (each.given == "positive")


@given(st.text(alphabet="ab ", max_size=40), st.integers(1, 20))
def test_a_cut_text_loses_nothing_but_a_space(text: str, length: int) -> None:
    head, rest = cut(text, length)
    assert len(head) <= length
    assert (head + rest).replace(" ", "") == text.replace(" ", "")
    assert not rest or len(text) > length


def test_the_cards_front_matter_holds_the_scores_of_the_manifest(folder: Path, manifest: Manifest) -> None:
    matter = (folder / "README.md").read_text(encoding="utf-8").split("---\n")[1]
    assert 'language: ["en", "fr"]\nlicense: apache-2.0\n' in matter
    metrics = [msgspec.json.decode(line) for line in re.findall(r"^ +- (\{\".*)$", matter, re.MULTILINE)]
    of_all = {each["type"]: each["value"] for each in metrics[: len(MEASURES)]}
    assert of_all["accuracy"] == manifest.metrics["all"]["accuracy"]
    assert of_all["average_precision"] == manifest.metrics["all"]["pr_auc"]
    datasets = [msgspec.json.decode(line) for line in re.findall(r"dataset: (.*)$", matter, re.MULTILINE)]
    assert [each["name"] for each in datasets][1] == "held-out rows of <b>reviews`.csv and more.csv, in English"


def test_the_cards_example_runs(folder: Path, classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    models = classifier.path.parent
    exec(example.replace("models/", f"{models}/"), {})  # noqa: S102 - our own words, as a reader would paste them


def lines_of_table(card: str) -> Iterator[list[str]]:
    for line in card.splitlines():
        if line.startswith("|"):
            yield line.strip("|").split("|")


def test_the_cards_table_is_a_table(folder: Path, manifest: Manifest) -> None:
    head, _, *rows = lines_of_table((folder / "README.md").read_text(encoding="utf-8"))
    assert {len(row) for row in rows} == {len(head)} == {len(MEASURES) + 2}
    assert len(rows) == len(manifest.metrics)
