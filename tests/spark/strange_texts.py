"""Texts that make tokenisers disagree: edges of the rule, cases of other languages, what no keyboard has."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd

from sentiment.cleaning import clean
from sentiment.textrule import CODE_POINTS, default_text_rule
from spark_jobs.golden import GOLDEN

FUZZED = 2400
# What a limit on depth or digits would end: one word of many apostrophes, a character of more digits than a number has.
LONG = ("ha'" * 33_000 + "ha", f"good &#{'9' * 50_000}; film", f"good &#{'0' * 50_000}65; film")

_ALPHABETS = (
    "aAzZ09 '’ʼ/!.,-<>&;#\t\n",
    "àâæçéèêëîïôœùûüÿß ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸẞ'’",
    "İIıiŞşĞğÇç ΣσςΊΌΎΏΪΫΆΈΉΰ ǄǅǆŉǰﬁſK",
    "😀👍🏽❤️👨👩👧🇫🇷🏳🌈 \u200d\ufe0f\U000e0067\U000e007f",
    "eoaE \u0301\u0300\u0302\u0308\u0327\u0323\u0345\u1ab0\u20dd\ufe20\u3099",
    "ab \x00\x01\x08\x0b\x0c\x1c\x1f\x7f\x85\xa0\xad\u1680\u2003\u2028\u2029\u200b\u200c\u200d\u2060\ufeff\ufffe\uffff",
    "ab\ud800\udbff\udc00\udfff\ufffd",
    "日本語 한국어 العربية हिन्दी ไทย 𝒇𝒂𝒏 𝟘𝟙 ①½²٣߁ ａＺ０",
)
_PIECES = (
    "<br />",
    "< BR/ >",
    "&amp;",
    "&#39;",
    "&eacute;",
    "&nbsp;",
    "&lt;br&gt;",
    "8/10",
    "10/10/2010",
    "n'",
    "''",
    "...",
)


def strange_texts(words: list[str]) -> list[str]:
    """The golden texts, `FUZZED` texts mixed from `words`, odd pieces and odd alphabets, and every code point."""
    chance = random.Random(20)
    edges = _edges()
    fuzzed = [_mixed(chance, words, edges) for _ in range(FUZZED)]
    return [*GOLDEN, *LONG, *fuzzed, *every_code_point()]


def cleaned_words(reviews: Path) -> list[str]:
    """What stands between the spaces of the reviews."""
    return [word for text in pd.read_parquet(reviews)["review"] for word in clean(text).split(" ")]


def every_code_point() -> list[str]:
    """All of the Basic Multilingual Plane and of the emoji's, and every 61st beyond, alone and inside a word."""
    codes = [*range(0x10000), *range(0x1F000, 0x20000), *range(0x10000, CODE_POINTS, 61)]
    letters = [chr(code) for code in codes if not 0xD800 <= code < 0xE000]
    rows = [letters[first : first + 256] for first in range(0, len(letters), 256)]
    return [joint.join(row) for row in rows for joint in (" ", "a", " '")]


def _edges() -> str:
    """The first and last code points of the rule's ranges and their neighbours."""
    rule = default_text_rule()
    codes = {code + near for edge in (*rule.word, *rule.mark) for code in edge for near in (-1, 0, 1)}
    return "".join(chr(code) for code in sorted(codes)) + rule.upper + rule.lower


def _mixed(chance: random.Random, words: list[str], edges: str) -> str:
    """A text of up to 24 parts, each a word of the reviews, a piece, or characters of one alphabet."""
    alphabet = chance.choice((*_ALPHABETS, edges))
    parts = []
    for _ in range(chance.randint(0, 24)):
        kind = chance.random()
        if kind < 0.5:
            parts.append(chance.choice(words))
        elif kind < 0.6:
            parts.append(chance.choice(_PIECES))
        else:
            parts.append("".join(chance.choices(alphabet, k=chance.randint(1, 8))))
    return chance.choice(("", " ", " ", " ")).join(parts)
