"""The held-out rows that the model gets wrong with the greatest confidence, and why."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sentiment import Classifier
from sentiment.explanation import because
from sentiment.results import Because, Label
from spark_jobs.evaluating import Scored

MOST, REASONS = 10, 6
SHORT, LONG = 400, 4000  # characters of a text that are shown at once, and at all


class Mistake(NamedTuple):
    """`text` is how the review begins, `rest` what follows; `confidence` is that of the wrong label given."""

    text: str
    rest: str
    label: Label
    given: Label
    confidence: float
    because: tuple[Because, ...]


def worst_mistakes(scored: Scored, language: str, classifier: Classifier) -> list[Mistake]:
    """The most confident wrong answers in a language, the worst first."""
    wrong = np.flatnonzero((scored.language == language) & (scored.prediction != scored.label))
    worst = wrong[np.argsort(-np.abs(scored.margin[wrong]), kind="stable")][:MOST]
    return [_mistake(scored, place, classifier) for place in worst.tolist()]


def cut(text: str, length: int) -> tuple[str, str]:
    """The text in two, cut between words where it can be, with nothing in the second if the first holds it."""
    if len(text) <= length:
        return text, ""
    end = text.rfind(" ", 0, length + 1)
    end = end if end > 0 else length
    return text[:end], text[end:].lstrip()


def _mistake(scored: Scored, place: int, classifier: Classifier) -> Mistake:
    probability = float(scored.probability[place])
    label, given = int(scored.label[place]), int(scored.prediction[place])
    whole, beyond = cut(" ".join(scored.text[place].split()), LONG)
    text, rest = cut(whole, SHORT)
    return Mistake(
        text=text,
        rest=rest + " …" if beyond else rest,
        label="positive" if label else "negative",
        given="positive" if given else "negative",
        confidence=probability if given else 1.0 - probability,
        # The text is as training cleaned it: `Classifier.because` would clean it again, which may give another one.
        because=because(scored.text[place], classifier.scorer, REASONS),
    )
