"""A small model's held-out rows and what else a report is made from; no Spark session is needed for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from sentiment import Classifier
from sentiment.manifest import Manifest
from spark_jobs.evaluating import Scored
from spark_jobs.report import Extras, LearningPoint, evaluate_all
from tests.tiny import write_tiny_model

HOSTILE = 'A wonderful <script src="https://example.org/x.js">alert("1")</script> & <img src=x onerror=alert(2)> film'
TEXTS = {
    "en": {"a good film": 1, "a wonderful film": 1, "great, I loved it": 1, "not good": 0, "awful": 0, "so boring": 0},
    "fr": {"un film magnifique": 1, "magnifique, à voir": 1, "c'est nul": 0, "vraiment nul, nul": 0},
}
DATA: dict[str, Any] = {
    "inputs": ["<b>reviews`.csv", "more.csv"],
    "tests": [],
    "cleaning": {"rows": 1200, "label_unknown": 1, "text_empty": 2, "repeated": 3, "contradictory": 4, "kept": 1190},
    "groups": 1100,
    "split": {"train": 1068, "test": 122},
    "fingerprint": "e56d6dd3",
    "warnings": ["1,190 texts are few"],
}
BEHAVIOUR: dict[str, Any] = {
    "negation": {"passed": 3, "total": 4, "weak": False},
    "irony": {"passed": 0, "total": 2, "weak": True},
}
EXTRAS = Extras(
    search=[
        {"penalty": 10.0, "accuracy": 0.8125, "accuracy_en": 0.85, "chosen": False},
        {"penalty": 100.0, "accuracy": 0.9, "accuracy_en": 0.95, "chosen": True},
    ],
    learning=[
        LearningPoint(100, 0.7, "en"),
        LearningPoint(1000, 0.8, "en"),
        LearningPoint(50, 0.6, "fr"),
        LearningPoint(0, 0.5, "other"),
    ],
    documents={"en": 1000, "fr": 50},
)


def tiny_classifier(folder: Path) -> Classifier:
    return Classifier.load(write_tiny_model(folder))


def score_rows(classifier: Classifier) -> Scored:
    """122 rows, of which a few are labelled the other way round; one is hostile, one is long."""
    rows = [(text, label, language) for language, texts in TEXTS.items() for text, label in texts.items()] * 12
    rows = [(f"{text} {n}", label if n % 9 else 1 - label, language) for n, (text, label, language) in enumerate(rows)]
    rows += [(HOSTILE, 0, "en"), ("word " * 700 + "awful", 1, "other")]
    texts, labels, languages = zip(*rows, strict=True)
    answers = classifier.predict_cleaned(texts)
    label, margins = np.array(labels, np.int8), (answers.margin, answers.probability, answers.sentiment)
    return Scored(list(texts), label, np.array(languages), np.arange(len(texts)), *margins)


def complete(classifier: Classifier, scored: Scored) -> Manifest:
    """The classifier's manifest, with all that a training run says of its data and its result."""
    return msgspec.structs.replace(
        classifier.manifest,
        metrics=evaluate_all(scored, classifier.manifest.calibration),
        behaviour=BEHAVIOUR,
        data=DATA,
        training={"penalty": 100.0},
    )
