"""Small pieces of HTML that Streamlit has no element for. Everything that is put in is escaped or a number."""

from __future__ import annotations

from html import escape

from sentiment.cleaning import clean
from sentiment.language import language_of
from sentiment.manifest import Calibration
from sentiment.results import Explained
from ui.words import LANGUAGES, Words

SIGNS = {"positive": "▲", "negative": "▼"}


def verdict(answer: Explained, words: Words) -> str:
    """The label and how sure it is, as the page's second heading."""
    sure = words("try.sure", confidence=words.percent(answer.confidence, 1))
    return (
        f'<h2 class="verdict"><strong><i aria-hidden="true">{SIGNS[answer.label]}</i> '
        f"{escape(words(f'label.{answer.label}'))}</strong> "
        f"<span>{escape(sure)}</span></h2>"
    )


def scale(probability: float, band: Calibration | None, words: Words) -> str:
    """A line from negative to positive with the answer's place on it, and the band in which it is not sure enough."""
    between = ""
    if band:
        left, right = 100 * band.review_above, 100 - 100 * band.review_below
        between = f'<div class="band" style="left: {left:.1f}%; right: {right:.1f}%"></div>'
    here = f'<div class="here" style="left: {100 * probability:.1f}%"></div>'
    said = escape(words("try.scale", share=words.percent(probability, 1)), quote=True)
    middle = f"<span>{escape(words('try.band'))}</span>" if band else ""
    ends = f"<span>{escape(words('label.negative'))}</span>{middle}<span>{escape(words('label.positive'))}</span>"
    return f'<div class="scale" role="img" aria-label="{said}">{between}{here}</div><p class="ends">{ends}</p>'


def legend(words: Words) -> str:
    """What shades and lines below words mean."""
    keys = "".join(
        f'<li><span class="key {side}">{escape(words(f"legend.{side}"))}</span></li>'
        for side in ("for", "against", "unknown")
    )
    return f'<ul class="legend" aria-label="{escape(words("legend.title"), quote=True)}">{keys}</ul>'


def plain(text: str) -> str:
    """A review as text, and as the model reads it: without HTML's breaks and entities."""
    text = clean(text)
    return f'<p class="plain" dir="auto"{lang(text)}>{escape(text)}</p>'


def lang(text: str) -> str:
    """The attribute that tells how a review is to be pronounced; none where its words don't tell its language."""
    language = language_of(text)
    return f' lang="{language}"' if language in LANGUAGES else ""
