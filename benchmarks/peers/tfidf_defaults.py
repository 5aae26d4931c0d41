"""scikit-learn as usually written: TF-IDF of words and pairs, a logistic regression, no setting touched."""

from __future__ import annotations

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from benchmarks.peers.exchange import Rows, Trained, run


def train(rows: Rows) -> Trained:
    """Nothing is chosen."""
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression())
    model.fit(rows.texts, rows.labels)
    return Trained(lambda texts: model.predict_proba(texts)[:, 1], {})


if __name__ == "__main__":
    run(train)
