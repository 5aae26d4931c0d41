"""Hyper-parameters by cross-validation, for the peers that are made of scikit-learn's parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline

from benchmarks.peers.exchange import SEED

FOLDS = 3


def regression() -> LogisticRegression:
    """By coordinate descent in the dual, the quickest here; unlike lbfgs it regularises the intercept, too."""
    return LogisticRegression(solver="liblinear", dual=True, max_iter=200, random_state=SEED)


def search(
    pipeline: Pipeline, grid: Mapping[str, Sequence[object]], counts: sparse.csr_matrix, labels: list[int]
) -> tuple[GridSearchCV, dict[str, object]]:
    """The pipeline fitted on all rows with the best of the grid, and what that was."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    found = GridSearchCV(pipeline, dict(grid), cv=folds, scoring="accuracy", n_jobs=2).fit(counts, labels)
    return found, {**found.best_params_, "cross_validated_accuracy": round(float(found.best_score_), 4)}
