"""The proof: what was saved, loaded without Spark, answers as Spark does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sentiment import Classifier
from sentiment.manifest import Parity
from spark_jobs.evaluating import Scored


def certify(scored: Sequence[Scored], classifier: Classifier) -> Parity:
    """Compare Spark's answers with the classifier's, row by row."""
    ours = classifier.predict_cleaned([text for part in scored for text in part.text])
    return Parity(
        rows=len(ours),
        labels_equal=int(np.sum(ours.sentiment == np.concatenate([part.prediction for part in scored]))),
        margins_equal=int(np.sum(ours.margin == np.concatenate([part.margin for part in scored]))),
        max_abs_dp=float(np.max(np.abs(ours.probability - np.concatenate([part.probability for part in scored])))),
    )
