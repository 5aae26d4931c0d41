"""The answers to a batch of texts, as arrays."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sentiment.manifest import Calibration
from sentiment.results import Prediction


def probabilities(margins: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The positive class's probability, by the formula of Spark's LogisticRegressionModel: 1 - 1/(1 + exp(margin)).

    Shape (n,) to (n,). By the C library's exp(), for numpy's own differs in the last bit from one processor to another.
    """
    # exp() would overflow above 709, where the answer has long been 1.
    powers = np.fromiter(map(math.exp, np.minimum(margins, 709.0).tolist()), np.float64, len(margins))
    return 1.0 - 1.0 / (1.0 + powers)


@dataclass(frozen=True)
class Predictions:
    """`margin` is the log-odds of the positive class, float64, shape (texts,).

    `counts` holds, for each text, its distinct buckets and how many of them the model has a coefficient for,
    shape (texts, 2). A `Prediction` is made only when one is asked for by its place.
    """

    margin: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int32]
    calibration: Calibration

    @functools.cached_property
    def probability(self) -> npt.NDArray[np.float64]:
        return probabilities(self.margin)

    @functools.cached_property
    def sentiment(self) -> npt.NDArray[np.int8]:
        """1 where the margin is above zero, as Spark's threshold of 0.5 has it, else 0."""
        return (self.margin > 0).astype(np.int8)

    @functools.cached_property
    def needs_review(self) -> npt.NDArray[np.bool_]:
        probability = self.probability
        return (probability > self.calibration.review_above) & (probability < self.calibration.review_below)

    @property
    def unseen(self) -> list[float]:
        """The share of each text's terms that the model has no coefficient for; 1.0 for a text without terms.

        Floats for a door's figures: of one text, arrays would take five times as long.
        """
        return [1.0 - kept / max(distinct, 1) for distinct, kept in self.counts.tolist()]

    def __len__(self) -> int:
        return len(self.margin)

    def __getitem__(self, place: int) -> Prediction:
        return Prediction(
            1 if self.sentiment[place] else 0, float(self.probability[place]), bool(self.needs_review[place])
        )

    def __iter__(self) -> Iterator[Prediction]:
        above, below = self.calibration.review_above, self.calibration.review_below
        for margin, probability in zip(self.margin.tolist(), self.probability.tolist(), strict=True):
            yield Prediction(1 if margin > 0 else 0, probability, above < probability < below)
