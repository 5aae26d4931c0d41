"""What the model can do, capability by capability, after CheckList (Ribeiro et al. 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from sentiment.classifier import Classifier
from sentiment.predictions import Predictions
from sentiment.results import Label, Prediction

CASES = "behaviour.jsonl"


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One expectation of one text or two.

    `label`: the text gets `label`. `same`: both texts get the same label, and their probabilities differ by at most
    `within`. `higher`, `lower`: the second text is more, or less, positive than the first. `weak` marks what a model
    of this kind is known not to do: it is reported, and no failure counts against the model.
    """

    capability: str
    language: Literal["en", "fr", "mixed"]
    kind: Literal["label", "same", "higher", "lower"]
    label: Label | None = None
    within: float = 0.0
    weak: bool = False
    texts: tuple[str, ...]

    @property
    def expectation(self) -> str:
        """What is expected, in words."""
        words = {
            "label": str(self.label),
            "same": f"the same label, probabilities within {self.within}",
            "higher": "the second more positive",
            "lower": "the second less positive",
        }
        return words[self.kind]

    def holds(self, answers: Sequence[Prediction], margins: npt.NDArray[np.float64]) -> bool:
        """Whether the answers are as expected. Order goes by margins: probabilities near 0 and 1 run together."""
        first, last = answers[0], answers[-1]
        match self.kind:
            case "label":
                return first.label == self.label
            case "same":
                return first.label == last.label and abs(first.probability - last.probability) <= self.within
            case "higher":
                return bool(margins[-1] > margins[0])
            case "lower":
                return bool(margins[-1] < margins[0])


class Failure(NamedTuple):
    """A case that did not hold, and the answers to its texts."""

    case: Case
    answers: tuple[Prediction, ...]


class Capability(NamedTuple):
    """How the cases of one capability went."""

    name: str
    weak: bool
    total: int
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> int:
        return self.total - len(self.failures)

    @property
    def rate(self) -> float:
        return self.passed / self.total


Behaviour: TypeAlias = tuple[Capability, ...]


def read_cases() -> list[Case]:
    """The cases that come with this package, those of a capability one after the other."""
    return msgspec.json.Decoder(Case).decode_lines((files("sentiment") / CASES).read_bytes())


def run_suite(classifier: Classifier, cases: Sequence[Case] | None = None) -> Behaviour:
    """How the model does on the cases (default: those of this package), by capability in their order."""
    chosen = read_cases() if cases is None else cases
    answers = classifier.predict([text for case in chosen for text in case.texts])
    failures: dict[str, list[Failure | None]] = {}
    end = 0
    for case in chosen:
        start, end = end, end + len(case.texts)
        failures.setdefault(case.capability, []).append(_failure(case, answers, slice(start, end)))
    weak = {case.capability for case in chosen if case.weak}
    return tuple(
        Capability(name, name in weak, len(outcomes), tuple(filter(None, outcomes)))
        for name, outcomes in failures.items()
    )


def to_manifest(behaviour: Behaviour) -> dict[str, Any]:
    """The counts as `model.json` holds them."""
    return {each.name: {"passed": each.passed, "total": each.total, "weak": each.weak} for each in behaviour}


def _failure(case: Case, answers: Predictions, places: slice) -> Failure | None:
    given = tuple(answers[place] for place in range(places.start, places.stop))
    return None if case.holds(given, answers.margin[places]) else Failure(case, given)
