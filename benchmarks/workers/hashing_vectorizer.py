"""scikit-learn's hashed n-grams and logistic regression, the nearest thing to our model that it has."""

from __future__ import annotations

import sys
from pathlib import Path

from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from benchmarks.peers.exchange import read
from benchmarks.peers.nbsvm import TOKENS
from benchmarks.workers.answering import answer_rates


def main(reviews: Path) -> None:
    rows = read([reviews])
    terms = HashingVectorizer(ngram_range=(1, 3), binary=True, token_pattern=TOKENS, n_features=1 << 22)
    model = make_pipeline(terms, LogisticRegression()).fit(rows.texts, rows.labels)
    answer_rates(lambda: model.predict_proba(rows.texts), len(rows.texts))


if __name__ == "__main__":
    main(Path(sys.argv[2]))
