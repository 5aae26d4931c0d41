"""The behaviour suite against a model whose words are known, and the cases that come with the package."""

from __future__ import annotations

from collections import Counter, defaultdict

import msgspec
import pytest

from sentiment import Classifier
from sentiment.behaviour import Case, read_cases, run_suite, to_manifest
from tests.tiny import write_tiny_model


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return Classifier.load(write_tiny_model(tmp_path_factory.mktemp("models")))


def case(kind: str, *texts: str, **more: object) -> Case:
    return msgspec.convert({"capability": "one", "language": "en", "kind": kind, "texts": texts, **more}, Case)


@pytest.mark.parametrize(
    ("expectation", "holds"),
    [
        (case("label", "a good film", label="positive"), True),
        (case("label", "a good film", label="negative"), False),
        (case("same", "GOOD", "good"), True),
        (case("same", "good", "good film", within=0.5), True),
        (case("same", "good", "good film"), False),
        (case("same", "good", "bad", within=1.0), False),
        (case("higher", "good", "wonderful"), True),
        (case("higher", "wonderful", "good"), False),
        (case("higher", "good", "GOOD"), False),
        (case("lower", "bad", "awful"), True),
        (case("lower", "awful", "bad"), False),
    ],
)
def test_a_case_holds_or_is_a_failure(classifier: Classifier, expectation: Case, holds: bool) -> None:
    (capability,) = run_suite(classifier, [expectation])
    assert (capability.passed, capability.total) == (int(holds), 1)
    assert [failure.case for failure in capability.failures] == ([] if holds else [expectation])


def test_a_failure_keeps_the_answers_to_its_own_texts(classifier: Classifier) -> None:
    cases = [case("label", "good", label="positive"), case("higher", "wonderful", "awful"), case("same", "a", "b")]
    ((failure,),) = [capability.failures for capability in run_suite(classifier, cases)]
    assert failure.answers == tuple(classifier.predict(["wonderful", "awful"]))
    assert failure.case.expectation == "the second more positive"


def test_capabilities_are_counted_apart_and_known_weak_ones_marked(classifier: Classifier) -> None:
    cases = [
        case("label", "good", label="positive"),
        case("label", "bad", label="positive"),
        case("label", "oh good", label="negative", capability="sarcasm", weak=True),
    ]
    behaviour = run_suite(classifier, cases)
    assert [capability.rate for capability in behaviour] == [0.5, 0.0]
    assert to_manifest(behaviour) == {
        "one": {"passed": 1, "total": 2, "weak": False},
        "sarcasm": {"passed": 0, "total": 1, "weak": True},
    }


def test_the_packages_cases_are_well_formed() -> None:
    cases = read_cases()
    for each in cases:
        assert len(each.texts) == (1 if each.kind == "label" else 2), each
        assert (each.label is not None) == (each.kind == "label"), each
        assert len(set(each.texts)) == len(each.texts), each
    assert max(Counter(each.texts for each in cases).values()) == 1


def test_every_capability_has_enough_cases_and_is_weak_as_a_whole_or_not_at_all() -> None:
    by_capability: defaultdict[str, list[Case]] = defaultdict(list)
    for each in read_cases():
        by_capability[each.capability].append(each)
    for name, cases in by_capability.items():
        assert len(cases) >= 12, name
        assert len({each.weak for each in cases}) == 1, name
    assert {name for name, cases in by_capability.items() if cases[0].weak} == {"sarcasm", "late turns"}


def test_any_model_can_be_put_to_the_packages_suite(classifier: Classifier) -> None:
    behaviour = run_suite(classifier)
    assert sum(capability.total for capability in behaviour) == len(read_cases())
    exact = {"capitals", "elisions", "HTML remains", "Unicode forms"}  # what the text rule promises, whatever the model
    for capability in behaviour:
        for failure in capability.failures:
            assert capability.name not in exact or failure.case.within > 0 or failure.case.kind != "same", failure
