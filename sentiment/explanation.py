"""Why a text got its label: each term that has a coefficient, where it stands and what it adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sentiment import kernel

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


class Explanation(NamedTuple):
    """`terms` by ascending bucket: their weights, added in that order, and then the intercept give the margin."""

    text: str  # cleaned
    terms: tuple[Term, ...]
    intercept: float
    margin: float

    def strongest(self, most: int) -> list[Term]:
        """The terms that weigh most, for or against, the heaviest first."""
        return sorted(self.terms, key=lambda term: -abs(term.weight))[:most]


def explain_text(text: str, tables: kernel.Tables, learned: Sequence[str]) -> Explanation:
    """Explain a cleaned text; `learned` are the training terms of each kept bucket, tabs between them."""
    data = np.frombuffer(text.encode(), np.uint8)
    folded, edges, buckets = kernel.walk(data, tables)
    places, positions = _places(len(edges), tables.max_order), _characters(data)
    distinct, which = np.unique(buckets, return_inverse=True)
    occurrences = np.split(np.argsort(which, kind="stable"), np.cumsum(np.bincount(which))[:-1])[: len(distinct)]
    value = 1.0 / np.sqrt(float(max(len(distinct), 1)))
    terms, margin = [], 0.0
    ranks = kernel.ranks_of(distinct, tables).tolist()
    for bucket, rank, stands in zip(distinct.tolist(), ranks, occurrences, strict=True):
        if rank < 0:
            continue
        weight = float(tables.coefficients[rank] * value)
        margin += weight
        at = [places[i] for i in stands.tolist()]
        spans = tuple((int(positions[edges[a, 2]]), int(positions[edges[b, 3]])) for a, b in at)
        name = folded[edges[at[0][0], 0] : edges[at[0][1], 1]].tobytes().decode()
        terms.append(Term(name, weight, bucket, spans, tuple(filter(None, learned[rank].split("\t")))))
    return Explanation(text, tuple(terms), tables.intercept, margin + tables.intercept)


def _places(tokens: int, max_order: int) -> list[tuple[int, int]]:
    """First and last token of each term, in the order in which the kernel hashes them."""
    return [(first, last) for first in range(tokens) for last in range(first, min(first + max_order, tokens))]


def _characters(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """For each byte offset of UTF-8, and for the end, how many characters start before it."""
    return np.concatenate([[0], np.cumsum((data & 0xC0) != 0x80)])


def term_texts(text: str, tables: kernel.Tables) -> list[tuple[int, str]]:
    """(place of the coefficient, term) of every term of a cleaned text that has one, repeats included."""
    folded, edges, buckets = kernel.walk(np.frombuffer(text.encode(), np.uint8), tables)
    places = _places(len(edges), tables.max_order)
    found = []
    for (first, last), rank in zip(places, kernel.ranks_of(buckets, tables).tolist(), strict=True):
        if rank >= 0:
            found.append((rank, folded[edges[first, 0] : edges[last, 1]].tobytes().decode()))
    return found
