"""What the model has learned, by the terms that held-out texts really use: the strongest ones, and the collisions."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import NamedTuple

import numpy as np

from sentiment import Classifier
from sentiment.evaluation import Weighed
from sentiment.explanation import term_texts
from spark_jobs.evaluating import Scored
from spark_jobs.report.scoring import languages

MOST_TEXTS = 4000  # read for their terms; more would tell nothing new, at a second for each thousand
STRONGEST, EXAMPLES = 15, 10
RARE = 0.002  # a term in a smaller share of its language's texts, or in fewer than 3, is not shown
FEW = 20  # texts that a share is shrunk by, lest a language with one text own all of its terms
FREQUENT = 2  # texts that make a term frequent, where collisions are counted

Occurrence = tuple[int, str]  # place of the coefficient, term


class Usage(NamedTuple):
    """How many of a language's `texts` each term is in; `distinct` buckets are the median of a text."""

    texts: int
    distinct: float
    documents: Counter[Occurrence]


class Shared(NamedTuple):
    """The frequent terms of one bucket, each with its texts, the most frequent first."""

    terms: list[tuple[str, int]]
    coefficient: float


class Collisions(NamedTuple):
    """Counts of buckets, and whose weight it is that held-out texts meet: shares that sum to 1."""

    kept: int
    several: int  # more than one training term falls into the bucket
    several_frequent: int  # more than one of them is in FREQUENT held-out texts
    main: float  # the weight of terms that their bucket is named after: its most frequent one in training
    others: float  # the weight of other training terms of the bucket
    strangers: float  # the weight of terms that training never saw
    examples: list[Shared]


def usage_by_language(scored: Scored, classifier: Classifier) -> dict[str, Usage]:
    """The terms with a coefficient in held-out texts, of which MOST_TEXTS are read, evenly spread."""
    read = np.unique(np.linspace(0, len(scored.text) - 1, min(len(scored.text), MOST_TEXTS)).astype(int))
    texts: dict[str, list[str]] = {name: [] for name in languages(scored)}
    for place in read.tolist():
        texts[str(scored.language[place])].append(scored.text[place])
    return {name: _usage(of_language, classifier) for name, of_language in texts.items() if of_language}


def strongest(usage: dict[str, Usage], language: str, classifier: Classifier) -> tuple[list[Weighed], list[Weighed]]:
    """The terms for and against that matter most: by |coefficient| * sqrt(texts), as pruning ranks them.

    A term is of the language whose texts use it most often, and only terms that their bucket is named after are shown.
    """
    own, scale = usage[language], 1.0 / math.sqrt(max(usage[language].distinct, 1.0))
    found = []
    for (place, term), texts in own.documents.items():
        frequent = texts >= max(3, RARE * own.texts)
        if frequent and _named(classifier, place)[:1] == [term] and _prevails(usage, language, (place, term)):
            coefficient = float(classifier.scorer.tables.coefficients[place])
            found.append((coefficient * math.sqrt(texts), Weighed(term, coefficient * scale, texts)))
    found.sort(key=lambda pair: (-pair[0], pair[1].term))
    speaking_for = [term for force, term in found[:STRONGEST] if force > 0]
    return speaking_for, [term for force, term in found[: -STRONGEST - 1 : -1] if force < 0]


def collisions(usage: dict[str, Usage], classifier: Classifier) -> Collisions:
    """What sharing buckets does to the terms that texts use."""
    documents: Counter[Occurrence] = Counter()
    for of_language in usage.values():
        documents.update(of_language.documents)
    frequent = defaultdict(list)
    weight = {"main": 0.0, "others": 0.0, "strangers": 0.0}
    for (place, term), texts in sorted(documents.items()):  # sums of floats depend on their order
        names = _named(classifier, place)
        kind = "main" if names[:1] == [term] else "others" if term in names else "strangers"
        weight[kind] += abs(float(classifier.scorer.tables.coefficients[place])) * texts
        if kind != "strangers" and texts >= FREQUENT:
            frequent[place].append((term, texts))
    shared = [_shared(classifier, place, terms) for place, terms in frequent.items() if len(terms) > 1]
    shared.sort(key=lambda bucket: (-abs(bucket.coefficient) * bucket.terms[1][1], bucket.terms))
    several, total = sum("\t" in names for names in classifier.learned), sum(weight.values()) or 1.0
    shares = {kind: value / total for kind, value in weight.items()}
    return Collisions(len(classifier.learned), several, len(shared), **shares, examples=shared[:EXAMPLES])


def _usage(texts: list[str], classifier: Classifier) -> Usage:
    documents: Counter[Occurrence] = Counter()
    for text in texts:
        documents.update(set(term_texts(text, classifier.scorer)))
    return Usage(len(texts), float(np.median(classifier.predict_cleaned(texts).counts[:, 0])), documents)


def _named(classifier: Classifier, place: int) -> list[str]:
    """The training terms of a coefficient's bucket, the most frequent first."""
    return classifier.learned[place].split("\t")


def _prevails(usage: dict[str, Usage], language: str, term: Occurrence) -> bool:
    """Whether no other language has the term in a greater share of its texts; that of few texts is taken as less."""
    shares = {name: used.documents[term] / (used.texts + FEW) for name, used in usage.items()}
    return max(shares.values()) == shares[language]


def _shared(classifier: Classifier, place: int, terms: list[tuple[str, int]]) -> Shared:
    ranked = sorted(terms, key=lambda pair: (-pair[1], pair[0]))
    return Shared(ranked, float(classifier.scorer.tables.coefficients[place]))
