"""The small model with all that a training run would say of it, for tests of what shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from sentiment import Classifier, folder
from sentiment.curves import Curve, precision_recall, reliability, roc
from sentiment.evaluation import Bins, Curves, Evaluation, Line, Mistake, Weighed, write_evaluation
from sentiment.manifest import Manifest
from sentiment.metrics import evaluate
from sentiment.results import Because
from tests.tiny import write_tiny_model

TEXTS = (
    "a good film",
    "a wonderful film",
    "not bad, I loved it",
    "awful",
    "so boring",
    "not good",
    "bad but good!",
) * 6
LABELS = np.array([1, 1, 1, 0, 0, 0, 1] * 5 + [0, 1, 1, 0, 1], np.int8)


def write_evaluated_model(models: Path, version: str = "evaluated-1") -> Path:
    """Write it to `models` and make it current; returns the folder of versions."""
    write_tiny_model(models, version)
    place = models / version
    probability = Classifier.load(place).predict(TEXTS[: len(LABELS)]).probability
    scores = evaluate(LABELS, probability)
    metrics = {**scores._asdict(), "confusion": scores.confusion._asdict()}
    bins = reliability(LABELS, probability)
    curves = Curves(
        line(roc(LABELS, probability)),
        line(precision_recall(LABELS, probability)),
        Bins(tuple(bins.predicted.tolist()), tuple(bins.observed.tolist()), tuple(bins.rows.astype(int).tolist())),
    )
    mistake = Mistake("a film <b>that", "negative", "positive", 0.97, (Because("good", 1.0),))
    terms = (Weighed("wonderful", 1.2, 12), Weighed("awful", -1.1, 6))
    write_evaluation(place, Evaluation({"all": curves, "en": curves}, {"en": terms}, {"en": (mistake,)}))
    folder.write_manifest(place, told(folder.read_manifest(place), {"all": metrics, "en": metrics}))
    return models


def line(curve: Curve) -> Line:
    return Line(tuple(curve.x.tolist()), tuple(curve.y.tolist()))


def told(manifest: Manifest, metrics: dict[str, Any]) -> Manifest:
    return msgspec.structs.replace(
        manifest,
        metrics=metrics,
        behaviour={
            "negation": {"passed": 3, "total": 4, "weak": False},
            "irony": {"passed": 0, "total": 2, "weak": True},
        },
        data={"cleaning": {"rows": 44}, "warnings": ["40 texts are few"]},
        training={"penalty": 100.0},
    )
