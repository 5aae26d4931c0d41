"""The reference: NBSVM (Wang & Manning 2012, "Baselines and Bigrams") with its exact vocabulary, no hashing.

Words, pairs and triples, binary, L2-normalised, times their naive-Bayes log-count ratios; a logistic regression
stands for the SVM, since it gives probabilities.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import normalize

from benchmarks.peers.exchange import Rows, Trained, run
from benchmarks.peers.searching import regression, search

TOKENS = r"(?u)\d+/\d+|\w+(?:'\w+)*|[^\w\s]"  # fractions, words, every other mark
GRID = {"regression__C": [10.0, 30.0, 100.0]}


class NaiveBayesRatios(TransformerMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """L2-normalises binary rows and multiplies each column by log(its share of positives / of negatives)."""

    def fit(self, counts: sparse.csr_matrix, labels: Any) -> NaiveBayesRatios:
        positive, negative = (_shares(counts[np.asarray(labels) == label]) for label in (1, 0))
        self.ratios_ = np.log(positive / negative)
        return self

    def transform(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        return normalize(counts) @ sparse.diags(self.ratios_)


def _shares(counts: sparse.csr_matrix) -> Any:
    smoothed = np.asarray(counts.sum(axis=0)).ravel() + 1.0
    return smoothed / smoothed.sum()


def train(rows: Rows) -> Trained:
    """The vocabulary is that of all training rows; ratios and regression are each fold's own."""
    terms = CountVectorizer(ngram_range=(1, 3), binary=True, token_pattern=TOKENS, min_df=2, dtype=np.float64)
    counts = terms.fit_transform(rows.texts)
    pipeline = Pipeline([("ratios", NaiveBayesRatios()), ("regression", regression())])
    model, chosen = search(pipeline, GRID, counts, rows.labels)
    return Trained(lambda texts: model.predict_proba(terms.transform(texts))[:, 1], chosen)


if __name__ == "__main__":
    run(train)
