"""Why a text got its label: each term that has a coefficient, where it stands and what it adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from sentiment.results import Because, Explained, ExplainedTerm, Result
from sentiment.scoring import Scorer, Walk
from sentiment.textrule import OTHER

Place = tuple[int, int]  # first and last token of a term
Spans = tuple[tuple[int, int], ...]


class Term(NamedTuple):
    """A bucket that the text fills: `text` is the term as it first stands in the text, after folding.

    `weight` is what it adds to the margin; `spans` are (start, end) in characters of the cleaned text, of all
    places; `learned_as` are the training terms that shaped the bucket. Where `text` is not among those, it was
    hardly ever seen in training and only shares their bucket.
    """

    text: str
    weight: float
    bucket: int
    spans: Spans
    learned_as: tuple[str, ...]


class Filled(NamedTuple):
    """The buckets that a text fills and that have a coefficient, ascending; its rank, and what it adds to the margin.

    All of shape (filled,).
    """

    buckets: npt.NDArray[np.uint32]
    ranks: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float64]


class Explanation(NamedTuple):
    """`terms` by ascending bucket: their weights, added in that order, and then the intercept give the margin."""

    text: str  # cleaned
    terms: tuple[Term, ...]
    intercept: float
    margin: float

    def strongest(self, most: int) -> list[Term]:
        """The terms that weigh most, for or against, the heaviest first."""
        return sorted(self.terms, key=lambda term: -abs(term.weight))[:most]


def explain_text(text: str, scorer: Scorer, learned: Sequence[str]) -> Explanation:
    """Explain a cleaned text; `learned` are the training terms of each kept bucket, tabs between them."""
    tokens, places, walk = _walk(text, scorer)
    starts, ends = _spans(text, tokens, scorer)
    stands: dict[int, list[Place]] = {}
    for bucket, place in zip(walk.buckets.tolist(), places, strict=True):
        stands.setdefault(bucket, []).append(place)
    terms, margin = [], 0.0
    filled = _filled(walk, scorer)
    for bucket, rank, weight in zip(*(column.tolist() for column in filled), strict=True):
        margin += weight
        at = sorted(stands[bucket])
        spans = tuple((starts[first], ends[last]) for first, last in at)
        terms.append(Term(_name(tokens, at[0]), weight, bucket, spans, tuple(filter(None, learned[rank].split("\t")))))
    return Explanation(text, tuple(terms), scorer.tables.intercept, margin + scorer.tables.intercept)


def explained(given: Result, explanation: Explanation, unseen: float) -> Explained:
    """A text's result and all that led to it, in the shape that all doors send; see `Predictions.unseen`."""
    return Explained(
        **msgspec.structs.asdict(given),
        cleaned=explanation.text,
        margin=explanation.margin,
        intercept=explanation.intercept,
        unseen=unseen,
        terms=tuple(
            ExplainedTerm(term.text, term.weight, term.spans, term.text in term.learned_as)
            for term in explanation.terms
        ),
    )


def because(text: str, scorer: Scorer, most: int) -> tuple[Because, ...]:
    """The `strongest` of a cleaned text's explanation, without the rest of it: that takes ten times as long."""
    tokens, places, walk = _walk(text, scorer)
    filled = _filled(walk, scorer)
    chosen = np.argsort(-np.abs(filled.weights), kind="stable")[:most]
    first = [min(places[at] for at in np.flatnonzero(walk.buckets == filled.buckets[each]).tolist()) for each in chosen]
    return tuple(
        Because(_name(tokens, place), weight)
        for place, weight in zip(first, filled.weights[chosen].tolist(), strict=True)
    )


def term_texts(text: str, scorer: Scorer) -> list[tuple[int, str]]:
    """(place of the coefficient, term) of every term of a cleaned text that has one, repeats included."""
    tokens, places, walk = _walk(text, scorer)
    ranked = zip(walk.ranks.tolist(), places, strict=True)
    return [(rank, _name(tokens, place)) for rank, place in ranked if rank >= 0]


def _walk(text: str, scorer: Scorer) -> tuple[list[str], list[Place], Walk]:
    """The tokens of a cleaned text, where its terms stand among them, and what the scorer says of them."""
    walk = scorer.walk(text)
    tokens = walk.folded[: walk.starts[-1] - 1].tobytes().decode().split(" ")[1:]
    orders = range(1, scorer.tables.max_order + 1)
    places = [(first, first + order - 1) for order in orders for first in range(len(tokens) - order + 1)]
    return tokens, places, walk


def _filled(walk: Walk, scorer: Scorer) -> Filled:
    distinct, first = np.unique(walk.buckets, return_index=True)
    ranks = walk.ranks[first]
    kept = ranks >= 0
    value = 1.0 / np.sqrt(float(max(len(distinct), 1)))
    return Filled(distinct[kept], ranks[kept], scorer.tables.coefficients[ranks[kept]] * value)


def _name(tokens: list[str], place: Place) -> str:
    return " ".join(tokens[place[0] : place[1] + 1])


def _spans(text: str, tokens: list[str], scorer: Scorer) -> tuple[list[int], list[int]]:
    """Where each token starts and ends, in characters of the text: folding changes none of their number."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    kept = np.flatnonzero(scorer.tables.kinds[codes] != OTHER)
    ends = np.cumsum([0, *map(len, tokens)])
    return kept[ends[:-1]].tolist(), (kept[ends[1:] - 1] + 1).tolist()
