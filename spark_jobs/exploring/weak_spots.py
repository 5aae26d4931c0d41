"""What a reader must know before believing a score on the data, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sentiment.reviews import MOST_CHARACTERS
from spark_jobs.caveats import caveats
from spark_jobs.cleaning import Cleaning
from spark_jobs.exploring.findings import Findings, Leak, Part, Term

LANGUAGES = {"en": "English", "fr": "French", "other": "neither English nor French"}

IMBALANCE = 3.0
HARDLY = 0.05  # of the texts, for a language
MANY = 0.01  # of the rows: unknown labels, empty texts, contradictions
LEAKY = 0.005  # of the texts of either side
LENGTH_RATIO = 1.5  # of the classes' median lengths
GIVES_AWAY = 0.2, 3.0  # share of a class's texts with a term, and log-odds: 20 to 1
HELD_OUT, ACCURACY = 0.1, 0.9  # what a score's margin of error is worked out for


def weak_spots(found: Findings) -> tuple[str, ...]:
    """One sentence for each, those that matter most first."""
    account = Cleaning(**found.cleaning)
    return (
        *map(_leak, _leaking(found)),
        *caveats(account, found.templates.groups),
        *_rows(account),
        *_balance(found),
        *_languages(found),
        *_lengths(found),
        *_terms(found),
        *(
            f"{trouble.rows:,} of {account.rows:,} rows: {trouble.what}, which cleaning leaves in"
            for trouble in found.troubles
            if not trouble.mended and trouble.rows > MANY * account.rows
        ),
    )


def verdict(found: Findings) -> str:
    """What all of it means for a score, in a sentence or two."""
    texts, groups = found.kept.count, found.templates.groups
    if not texts:
        return "There is nothing to learn from: no row has both a text and a label that is known."
    if groups < texts / 2:
        return (
            f"A score on this data says little: its {texts:,} texts come from about {groups:,} templates, and a model "
            "that has seen one text of a template knows the others."
        )
    held = max(1, round(HELD_OUT * groups))
    margin = 196 * math.sqrt(ACCURACY * (1 - ACCURACY) / held)
    most, label = max((found.kept.positive, "positive"), (found.kept.negative, "negative"))
    leaky = " A score on a side that leaks is partly a test of memory." if _leaking(found) else ""
    return (
        f"A tenth of it held out is about {held:,} independent texts: an accuracy near {ACCURACY:.0%} is known to "
        f"±{margin:.1f} points there, and always answering “{label}” is right {most / texts:.0%} of the time.{leaky}"
    )


def _leaking(found: Findings) -> list[Leak]:
    return [leak for leak in found.leaks if any(side.alike > LEAKY * side.texts for side in (leak.one, leak.other))]


def _leak(leak: Leak) -> str:
    one, other = leak.one, leak.other
    return (
        f"{one.name} and {other.name} leak: {one.alike:,} of {one.texts:,} and {other.alike:,} of {other.texts:,} "
        f"texts share a sentence or template with the other side; whole texts on both: {leak.exact:,}"
    )


def _rows(account: Cleaning) -> Iterator[str]:
    for count, what in (
        (account.label_unknown, "have no label that is known"),
        (account.text_empty, "have no text"),
        (account.text_too_long, f"have a text of more than {MOST_CHARACTERS:,} characters"),
        (account.contradictory, "have a text that stands under both labels"),
    ):
        if count > MANY * account.rows:
            yield f"{count:,} of {account.rows:,} rows {what}"


def _balance(found: Findings) -> Iterator[str]:
    """Imbalance of the whole, or else of a part: there a model can learn the part instead of the sentiment."""
    whole = found.kept
    if _unbalanced(whole):
        yield f"the classes are out of balance: {whole.positive:,} positive to {whole.negative:,} negative texts"
        return
    named = [(part, f"texts in {LANGUAGES[part.name]}") for part in found.languages if part.name != "other"]
    if len(found.files) > 1:
        named += [(part, f"rows of {part.name}") for part in found.files]
    for part, name in named:
        if part.count > HARDLY * whole.count and _unbalanced(part):
            yield (
                f"{part.positive:,} positive to {part.negative:,} negative {name}: a model can learn where a text "
                "comes from instead of what it says"
            )


def _unbalanced(part: Part) -> bool:
    return max(part.positive, part.negative) > IMBALANCE * min(part.positive, part.negative)


def _languages(found: Findings) -> Iterator[str]:
    for part in found.languages:
        if part.name != "other" and part.count < HARDLY * found.kept.count:
            share = f"{part.count:,} of {found.kept.count:,} texts"
            yield f"{LANGUAGES[part.name]} is hardly there ({share}): a score says nothing of it"


def _lengths(found: Findings) -> Iterator[str]:
    medians = {row.of: row.tokens[2] for row in found.lengths}
    positive, negative = medians.get("positive", 0), medians.get("negative", 0)
    if min(positive, negative) and max(positive, negative) > LENGTH_RATIO * min(positive, negative):
        yield f"the length tells the class: a median of {positive:,} tokens in positive texts, {negative:,} in negative"


def _terms(found: Findings) -> Iterator[str]:
    """The strongest words that decide alone: a sign of templates, or of a label that stands in the text."""
    least, odds = GIVES_AWAY
    for telling in found.telling:
        for side, texts in (("positive", telling.positive), ("negative", telling.negative)):
            terms: tuple[Term, ...] = getattr(telling.words, side)
            strong = [term for term in terms if getattr(term, side) > least * texts and abs(term.log_odds) > odds]
            if strong:
                words = ", ".join(f"“{term.term}”" for term in strong[:3])
                yield f"single words give the class away: {words} nearly always mean {side}"
