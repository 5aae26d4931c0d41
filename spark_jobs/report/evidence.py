"""What a report is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sentiment import Classifier
from sentiment.manifest import Manifest
from spark_jobs.evaluating import Scored
from spark_jobs.report.scoring import ALL, Band, Mask, languages, parts

LEAST_ROWS = 50  # a part of fewer rows stands in the table, but nothing is drawn or said of it


class LearningPoint(NamedTuple):
    """The accuracy, on rows kept aside, of a model trained on so many documents; in one language, or in `all`."""

    documents: int
    accuracy: float
    language: str = ALL


class Extras(NamedTuple):
    """What only training knows. Any of it may be empty: the report then says less."""

    search: Sequence[Mapping[str, Any]] = ()  # the settings tried and how each did; every row with the same keys
    learning: Sequence[LearningPoint] = ()
    documents: Mapping[str, int] = {}  # training documents by language, the most frequent first


class Evidence(NamedTuple):
    """A model, its account of itself, and held-out rows with Spark's answers."""

    manifest: Manifest
    scored: Scored
    classifier: Classifier
    extras: Extras
    sure: dict[str, Band]  # by part of the rows

    @property
    def grouped(self) -> bool:
        """Whether some of the rows are near-copies of one another, or about one film."""
        return len(np.unique(self.scored.group)) < len(self.scored.group)


def drawn_parts(scored: Scored) -> dict[str, Mask]:
    """All rows, and those of each language that has enough of both labels; three parts at most."""
    masks = parts(scored)
    telling = [
        name
        for name in languages(scored)
        if masks[name].sum() >= LEAST_ROWS and len(np.unique(scored.label[masks[name]])) > 1
    ]
    return {name: masks[name] for name in (ALL, *telling[:2])}
