"""The one shape of an answer, as it goes out over HTTP, Kafka and the command line."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Raw, Struct, UnsetType

Label = Literal["positive", "negative"]


class Prediction(Struct, frozen=True, gc=False):
    """One text's answer. `probability` is that of the positive class, `confidence` that of the label given."""

    sentiment: Literal[0, 1]
    probability: float
    needs_review: bool

    @property
    def label(self) -> Label:
        return "positive" if self.sentiment else "negative"

    @property
    def confidence(self) -> float:
        return self.probability if self.sentiment else 1.0 - self.probability


class Because(Struct, frozen=True):
    """A term of the text and what it adds to the margin (log-odds; above zero speaks for positive)."""

    term: str
    weight: float


class Source(Struct, frozen=True):
    """Where on Kafka a review stood."""

    topic: str
    partition: int
    offset: int


class Result(Struct, frozen=True, kw_only=True):
    """A classified review. Fields that are UNSET don't appear in the JSON."""

    id: str | UnsetType = UNSET
    label: Label
    sentiment: Literal[0, 1]
    probability: float
    confidence: float
    needs_review: bool
    model_version: str
    review: Raw | dict[str, Any]
    source: Source | UnsetType = UNSET
    because: tuple[Because, ...] | UnsetType = UNSET


class ExplainedTerm(Struct, frozen=True):
    """A term that has a weight. `spans` are (start, end) in characters of the cleaned text, of all its places; `known`
    is false where training never saw the term itself and it only shares the bucket of one that it saw.
    """

    term: str
    weight: float
    spans: tuple[tuple[int, int], ...]
    known: bool


class Explained(Result, frozen=True, kw_only=True):
    """A result taken apart: the weights of `terms`, added in order, and then `intercept` give `margin` (log-odds).

    `unseen` is the share of the text's distinct terms that have no weight.
    """

    cleaned: str
    margin: float
    intercept: float
    unseen: float
    terms: tuple[ExplainedTerm, ...]


def result(
    prediction: Prediction,
    model_version: str,
    review: Raw | dict[str, Any],
    *,
    id: str | UnsetType = UNSET,  # noqa: A002 - the field's name on the wire
    source: Source | UnsetType = UNSET,
    because: tuple[Because, ...] | UnsetType = UNSET,
) -> Result:
    """Put a prediction and the review that it is about into the shape that all doors send."""
    return Result(
        id=id,
        label=prediction.label,
        sentiment=prediction.sentiment,
        probability=prediction.probability,
        confidence=prediction.confidence,
        needs_review=prediction.needs_review,
        model_version=model_version,
        review=review,
        source=source,
        because=because,
    )
