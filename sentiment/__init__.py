"""The model: text -> terms -> buckets -> margin -> probability. No framework, no network, no JVM."""

from sentiment.classifier import Classifier
from sentiment.results import Prediction, Result

__all__ = ["Classifier", "Prediction", "Result"]
