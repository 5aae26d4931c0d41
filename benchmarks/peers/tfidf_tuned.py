"""scikit-learn with care: TF-IDF of words and pairs, a logistic regression, both tuned by cross-validation."""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.pipeline import Pipeline

from benchmarks.peers.exchange import Rows, Trained, run
from benchmarks.peers.searching import regression, search

GRID: dict[str, Sequence[object]] = {"tfidf__sublinear_tf": [False, True], "regression__C": [3.0, 10.0, 30.0]}


def train(rows: Rows) -> Trained:
    """The vocabulary is that of all training rows; document frequencies and regression are each fold's own."""
    terms = CountVectorizer(ngram_range=(1, 2), min_df=2)
    counts = terms.fit_transform(rows.texts)
    pipeline = Pipeline([("tfidf", TfidfTransformer()), ("regression", regression())])
    model, chosen = search(pipeline, GRID, counts, rows.labels)
    return Trained(lambda texts: model.predict_proba(terms.transform(texts))[:, 1], chosen)


if __name__ == "__main__":
    run(train)
