"""The learning curve: how good a model of this recipe is with a part of the training rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs.columns import GROUP, LABEL, LANGUAGE
from spark_jobs.fitting import Linear, Recipe, fit, prepare
from spark_jobs.frequencies import count
from spark_jobs.report import LearningPoint
from spark_jobs.searching import Margins, margins_of

SHARES = (0.125, 0.25, 0.5)
PARTS = 1000


def learning_curve(
    frames: tuple[DataFrame, DataFrame], recipe: Recipe, whole: tuple[Linear, float], say: Callable[[str], None]
) -> list[LearningPoint]:
    """Points of growing parts of the (training, test) rows, by groups; `whole` is the final model and its penalty."""
    train, test = frames
    linear, penalty = whole
    points: list[LearningPoint] = []
    for share in SHARES:
        part = train.where(F.pmod(F.xxhash64(GROUP), F.lit(PARTS)) < share * PARTS)
        if part.select(LABEL).distinct().count() < 2:
            say(f"learning curve: {share:.1%} of the groups have texts of one class only: left out")
            continue
        say(f"learning curve: {share:.1%} of the training rows")
        prepared = prepare(part, count(part, recipe.least_frequency).classes(), recipe)
        points += _points(part, margins_of(test, [fit(prepared, recipe, penalty)]))
        prepared.frame.unpersist()
    return points + list(_points(train, margins_of(test, [linear])))


def _points(train: DataFrame, seen: Margins) -> Iterator[LearningPoint]:
    right = (seen.margins[:, 0] > 0) == (seen.label == 1)
    sizes = {row[LANGUAGE]: row["count"] for row in train.groupBy(LANGUAGE).count().collect()}
    yield LearningPoint(sum(sizes.values()), float(right.mean()))
    for name in np.unique(seen.language).tolist():
        yield LearningPoint(sizes.get(name, 0), float(right[seen.language == name].mean()), name)
