"""MLflow's scoring server with a scikit-learn model of hashed n-grams and logistic regression, fitted here.

Runs in an environment of its own: `python mlflow_scoring.py PORT REVIEWS.parquet FOLDER`.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import mlflow
import pandas as pd
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


def main(port: str, reviews: str, folder: str) -> None:
    rows = pd.read_parquet(reviews)
    model = make_pipeline(HashingVectorizer(ngram_range=(1, 3)), LogisticRegression())
    model.fit(rows["text"].to_list(), rows["label"].to_list())
    shutil.rmtree(folder, ignore_errors=True)
    mlflow.sklearn.save_model(model, folder, pyfunc_predict_fn="predict_proba")
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # where it looks for uvicorn
    serve = ["-m", "mlflow", "models", "serve", "--env-manager", "local", "--workers", "1", "--port", port]
    os.execv(sys.executable, [sys.executable, *serve, "--model-uri", folder])  # noqa: S606


if __name__ == "__main__":
    main(*sys.argv[1:])
