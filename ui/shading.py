"""A review's own text with each word shaded by what it adds. Whatever the text holds, it is text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import accumulate
from typing import NamedTuple

from sentiment.results import ExplainedTerm
from ui.markup import lang

_PIECES = re.compile(r"\S+|\s+")
LEAST = 0.02  # of the heaviest word: what is lighter is not shaded
FAINTEST, STRONGEST = 0.12, 0.5  # opacity


class Piece(NamedTuple):
    """A word, or the white space between two; `weight` is its part of the weights of the terms that it stands in."""

    text: str
    weight: float
    known: bool


def pieces(text: str, terms: Sequence[ExplainedTerm]) -> Iterator[Piece]:
    """The whole text, in order. A term's weight is spread evenly over the characters of all places where it stands,
    so that the weights of all pieces add up to those of all terms.
    """
    changes = [0.0] * (len(text) + 1)
    covered = [0] * (len(text) + 1)
    for term in terms:
        characters = sum(end - start for start, end in term.spans)
        for start, end in term.spans:
            changes[start] += term.weight / characters
            changes[end] -= term.weight / characters
            covered[start] += 1
            covered[end] -= 1
    weights, depth = list(accumulate(changes)), list(accumulate(covered))
    for match in _PIECES.finditer(text):
        place = slice(*match.span())
        yield Piece(match[0], sum(weights[place]), any(depth[place]))


def shaded(text: str, terms: Sequence[ExplainedTerm], signed: dict[str, str]) -> str:
    """HTML of the text: words for positive on blue and underlined, against on orange and with dashes below, words
    that no known term covers in grey dots. `signed` names the two classes for the tooltip.
    """
    found = list(pieces(text, terms))
    heaviest = max((abs(piece.weight) for piece in found), default=0.0)
    inner = "".join(_html(piece, heaviest, signed) for piece in found)
    return f'<p class="review" dir="auto"{lang(text)}>{inner}</p>'


def _html(piece: Piece, heaviest: float, signed: dict[str, str]) -> str:
    text = escape(piece.text)
    if piece.text.isspace():
        return text
    if not piece.known:
        return f'<span class="unknown">{text}</span>'
    if abs(piece.weight) <= LEAST * heaviest:
        return text
    side = "for" if piece.weight > 0 else "against"
    opacity = FAINTEST + (STRONGEST - FAINTEST) * abs(piece.weight) / heaviest
    title = escape(f"{signed[side]} {piece.weight:+.2f}", quote=True)
    return f'<mark class="{side}" style="--shade: {opacity:.2f}" title="{title}">{text}</mark>'
