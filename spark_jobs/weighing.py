"""Row weights that let each class of each source count alike: a source of praise must not make the model gushing."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs.columns import LABEL, SOURCE, WEIGHT

Prior = Literal["equal", "observed"]  # how frequent the classes are where confidence is to mean what it says
EQUAL: Prior = "equal"
LEAST_SHARE = 0.02  # of a class: rarer, it may be slips, and one row would weigh more than 25


class Group(NamedTuple):
    """Sources whose classes are weighed against each other, and how many rows of each class they have together."""

    sources: tuple[str, ...]
    positive: int
    negative: int

    @property
    def rows(self) -> int:
        return self.positive + self.negative

    @property
    def is_weighed(self) -> bool:
        """Whether each class has rows enough to count as much as the other."""
        return min(self.positive, self.negative) / self.rows >= LEAST_SHARE

    def weight(self, label: int) -> float:
        """Half of the rows over those of the class, to two digits; 1 where the group is not weighed."""
        return round(self.rows / (2 * (self.positive if label else self.negative)), 2) if self.is_weighed else 1.0


def groups(frame: DataFrame) -> list[Group]:
    """Each source by itself, but all that lack a class, or nearly do, as one: each class may have a file of its own."""
    positive, negative = (F.count_if(F.col(LABEL) == label) for label in (1, 0))
    counted = frame.groupBy(SOURCE).agg(positive, negative).orderBy(SOURCE).collect()
    found = [Group((source,), *classes) for source, *classes in counted]
    one_sided = [group for group in found if not group.is_weighed]
    if not one_sided:
        return found
    sources, positives, negatives = zip(*one_sided, strict=True)
    together = Group(tuple(source for (source,) in sources), sum(positives), sum(negatives))
    return [*(group for group in found if group.is_weighed), together]


def with_weights(frame: DataFrame) -> DataFrame:
    """Add `weight`, that of the row's class in its group; a group's weights sum to its number of rows."""
    weight = F.lit(1.0)
    for group in groups(frame):
        for label in (1, 0):
            rows = F.col(SOURCE).isin(*group.sources) & (F.col(LABEL) == label)
            weight = F.when(rows, F.lit(group.weight(label))).otherwise(weight)
    return frame.withColumn(WEIGHT, weight)


def weighed_for(prior: Prior, frame: DataFrame) -> DataFrame:
    """The rows to calibrate on: by their weights, or each as one where classes are as frequent as they come."""
    return frame if prior == EQUAL else frame.withColumn(WEIGHT, F.lit(1.0))
