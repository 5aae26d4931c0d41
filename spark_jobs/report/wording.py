"""How the report and the card put names and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sentiment.manifest import Parity
from sentiment.reviews import MOST_CHARACTERS
from spark_jobs.report.scoring import ALL, WORDS, Band

_LANGUAGES = {"en": "English", "fr": "French", "other": "an unclear language"}
MEASURES = {
    "accuracy": "Accuracy",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "roc_auc": "ROC AUC",
    "pr_auc": "PR AUC",
    "brier": "Brier",
    "ece": "ECE",
}


_STEPS = {
    "rows": "read",
    "label_unknown": "dropped: without a usable label",
    "text_empty": "dropped: without text",
    "text_too_long": f"dropped: of more than {MOST_CHARACTERS:,} characters",
    "repeated": "dropped: repeats of another row",
    "contradictory": "dropped: one text under both labels",
    "train": "to train and calibrate on",
    "test": "to measure on",
    "roc_auc": "ROC AUC",
}
ACCURACY_OF = "accuracy_"  # a language, in the table of the search


def language(code: str) -> str:
    return _LANGUAGES.get(code, code)


def part(name: str) -> str:
    """The name of a part of the rows, as `evaluate_all` has it, in words."""
    if name == ALL:
        return "All"
    if name.startswith(WORDS):
        return name.removeprefix(WORDS).replace("-", " to ").replace("+", " or more") + " words"
    return language(name)[0].upper() + language(name)[1:]


def listed(names: Iterable[str]) -> str:
    """a, b and c."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def measured_on(data: Mapping[str, Any]) -> str:
    """The rows that scores were measured on, by the names of their files."""
    return f"rows of {listed(data['tests'])}" if data["tests"] else f"held-out rows of {listed(data['inputs'])}"


def step(name: str) -> str:
    """The name of a count, a setting or a score of training, in words where there are some."""
    if name.startswith(ACCURACY_OF):
        return f"accuracy, {language(name.removeprefix(ACCURACY_OF))}"
    return _STEPS.get(name, name.replace("_", " "))


def figure(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"


def percent(value: float) -> str:
    return f"{value:.1%}"


def confidence(value: float) -> str:
    """A percentage that never claims to be certain."""
    return percent(value) if value < 0.9995 else "over 99.9%"


def signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def span(interval: list[float | None]) -> str:
    """A 95 % interval."""
    low, high = interval
    return "" if low is None or high is None else f"{low:.3f}–{high:.3f}"


def beside(scores: dict[str, Any], measure: str, brief: bool = False) -> str:
    """What a score is to be held against: its 95 % interval; of the ECE, what chance alone would give."""
    if measure == "ece":
        most = figure(scores["ece_by_chance"]["most"])
        return f"chance: {most}" if brief else f"chance alone: up to {most}"
    return span(scores["interval"][measure])


def answers(band: Band) -> str:
    """How many texts get an answer without `needs_review`, and how good those are."""
    if band.precision is None:
        return "no text gets an answer without needs_review"
    right = percent(band.precision)
    return f"{percent(band.coverage)} of the texts get an answer without needs_review, and {right} of those are right"


def certificate(parity: Parity | None) -> str:
    """What was proven of the folder."""
    if parity is None:
        return "There is no certificate of parity with Spark."
    return (
        "Certificate of parity: Spark's saved pipeline and the serving code gave the same label to "
        f"{parity.labels_equal:,} of {parity.rows:,} rows and the same margin, bit for bit, to "
        f"{parity.margins_equal:,}; the largest difference in probability was {parity.max_abs_dp:.1g}."
    )


def shown(value: Any) -> str:
    """A value of a table whose columns are not known here."""
    match value:
        case None:
            return "n/a"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case list() | tuple():
            return ", ".join(map(shown, value))
        case float():
            return f"{value:.4g}"
        case _:
            return str(value)
