"""What the report says is what the held-out rows say: scores, terms, collisions, mistakes."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment import Classifier
from sentiment.metrics import MEASURES, Confusion
from spark_jobs.caveats import no_better
from spark_jobs.evaluating import Scored
from spark_jobs.report import Band, evaluate_all, sure_answers
from spark_jobs.report.evidence import Evidence
from spark_jobs.report.figures import coverage_figure
from spark_jobs.report.limits import limits
from spark_jobs.report.mistakes import cut, worst_mistakes
from spark_jobs.report.vocabulary import collisions, strongest, usage_by_language
from tests.spark.reported import EXTRAS, complete, score_rows, tiny_classifier


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return tiny_classifier(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def scored(classifier: Classifier) -> Scored:
    return score_rows(classifier)


def test_all_parts_of_the_rows_are_scored_with_intervals(scored: Scored, classifier: Classifier) -> None:
    metrics = evaluate_all(scored, classifier.manifest.calibration)
    assert list(metrics) == ["all", "en", "fr", "other", "words 1-50", "words 301+"]
    assert metrics["all"]["n"] == len(scored.text) == metrics["words 1-50"]["n"] + metrics["words 301+"]["n"]
    for name, scores in metrics.items():
        assert sum(scores["confusion"].values()) == scores["n"]
        assert {*scores["interval"], "ece"} == set(MEASURES)
        assert 0 <= scores["ece_by_chance"]["mean"] <= scores["ece_by_chance"]["most"] <= 1
        for measure, (low, high) in scores["interval"].items():
            assert low is None or low <= scores[measure] <= high, (name, measure)
    assert metrics["all"]["accuracy"] == pytest.approx(np.mean(scored.prediction == scored.label), abs=1e-6)
    assert msgspec.json.decode(msgspec.json.encode(metrics)) == metrics


def test_where_there_is_one_class_only_the_areas_are_null(scored: Scored, classifier: Classifier) -> None:
    scores = evaluate_all(scored, classifier.manifest.calibration)["other"]
    assert (scores["roc_auc"], scores["interval"]["roc_auc"], scores["accuracy"]) == (None, [None, None], 0.0)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((30, 0, 30, 0), ["of 60 test rows it gets 30 right; calling all of them positive would get 30"]),
        ((30, 5, 4, 6), []),
        ((0, 5, 10, 20), ["of 35 test rows it gets 20 right; calling all of them positive would get 30"]),
        ((0, 0, 10, 20), []),
    ],
)
def test_labels_that_one_label_for_all_would_match_are_told(counts: tuple[int, ...], said: list[str]) -> None:
    assert no_better(Confusion(*counts)._asdict()) == said


@pytest.mark.parametrize(("english", "named"), [(0.5, True), (0.99, False)])
def test_the_worst_part_is_named_where_it_is_worse_than_all(
    scored: Scored, classifier: Classifier, english: float, named: bool
) -> None:
    manifest = complete(classifier, scored)
    metrics = {name: scores | {"accuracy": 0.9} for name, scores in manifest.metrics.items()}
    metrics["en"]["accuracy"] = english
    manifest = msgspec.structs.replace(manifest, metrics=metrics)
    said = limits(Evidence(manifest, scored, classifier, EXTRAS, sure_answers(metrics)))
    worst = [limit for limit in said if limit.startswith("It does worst on")]
    assert [limit.startswith("It does worst on texts in English: accuracy 0.500 (") for limit in worst] == [
        True
    ] * named


@pytest.mark.parametrize(("coverage", "anchor"), [(0.01, "start"), (0.99, "end")])
def test_the_stars_words_stand_inside_of_the_plot(scored: Scored, coverage: float, anchor: str) -> None:
    rows = {"All": (scored.label, scored.probability)}
    drawn = coverage_figure(rows, Band(coverage, 1.0), "a star")
    assert re.search(rf"text-anchor: {anchor}[^>]*>100\.0% of {coverage:.0%}<", drawn)


def test_answers_outside_of_the_review_band_are_counted(scored: Scored, classifier: Classifier) -> None:
    review = np.array([answer.needs_review for answer in classifier.predict_cleaned(scored.text)])
    right = scored.prediction == scored.label
    bands = sure_answers(evaluate_all(scored, classifier.manifest.calibration))
    assert bands["all"] == pytest.approx((1 - review.mean(), right[~review].mean()))
    french = scored.language == "fr"
    assert bands["fr"].coverage == pytest.approx(1 - review[french].mean())


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
