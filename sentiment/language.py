"""Which language a text is in, as far as its function words tell: enough to report metrics by language."""

from __future__ import annotations

import re

ENGLISH = frozenset(
    [
        "the",
        "and",
        "of",
        "is",
        "it",
        "this",
        "that",
        "was",
        "with",
        "for",
        "but",
        "you",
        "are",
        "not",
        "have",
        "his",
        "her",
        "they",
        "be",
        "at",
        "an",
        "i",
    ]
)
FRENCH = frozenset(
    [
        "le",
        "la",
        "les",
        "des",
        "une",
        "et",
        "est",
        "que",
        "qui",
        "dans",
        "pour",
        "pas",
        "sur",
        "avec",
        "ce",
        "cette",
        "mais",
        "au",
        "du",
        "un",
        "il",
        "je",
        "on",
        "plus",
        "très",
        "ne",
    ]
)
_WORDS = re.compile(r"[a-zà-ÿ]+")


def language_of(text: str) -> str:
    """`en`, `fr`, or `other` where neither language's function words prevail."""
    words = _WORDS.findall(text[:2000].lower())
    english = sum(word in ENGLISH for word in words)
    french = sum(word in FRENCH for word in words)
    if english == french:
        return "other"
    return "en" if english > french else "fr"
