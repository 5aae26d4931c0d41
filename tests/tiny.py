"""A small real model, written without Spark, for tests of the core and of the doors."""

from __future__ import annotations

import math
from pathlib import Path

import mmh3
import numpy as np

from sentiment import folder, versions
from sentiment.manifest import Calibration, Hashing, Manifest, Parity
from sentiment.textrule import TextRule, default_text_rule

BUCKETS = 1 << 18
RULE = default_text_rule(max_order=2)
INTERCEPT = -0.125
WEIGHTS = {
    "good": 2.0,
    "great": 3.0,
    "wonderful": 4.0,
    "brilliant": 3.5,
    "loved": 3.0,
    "magnifique": 4.0,
    "8/10": 3.0,
    "!": 0.25,
    "not bad": 4.5,
    "bad": -3.0,
    "awful": -4.0,
    "boring": -3.5,
    "nul": -4.0,
    "not good": -5.0,
    "2/10": -3.0,
}


def bucket_of(term: str, buckets: int = BUCKETS) -> int:
    return int(mmh3.hash(term.encode(), 42)) & (buckets - 1)


def plain_buckets(text: str, rule: TextRule, buckets: int = BUCKETS) -> list[int]:
    """The distinct buckets of a cleaned text by the definition, ascending."""
    tokens = rule.tokens(text)
    orders = range(1, rule.max_order + 1)
    terms = {" ".join(tokens[i : i + n]) for n in orders for i in range(len(tokens) - n + 1)}
    return sorted({bucket_of(term, buckets) for term in terms})


def plain_margin(text: str, rule: TextRule, weights: dict[int, float], buckets: int = BUCKETS) -> float:
    """The margin of a cleaned text by the definition, in plain Python, added in ascending order of bucket."""
    distinct = plain_buckets(text, rule, buckets)
    value = 1.0 / math.sqrt(max(len(distinct), 1))
    total = 0.0
    for bucket in distinct:
        total += weights.get(bucket, 0.0) * value
    return total + INTERCEPT


def write_tiny_model(models: Path, version: str = "tiny-1", certified: bool = True) -> Path:
    """Write the model above to `models` and make it current; returns the folder of versions."""
    temporary = models / f".{version}"
    temporary.mkdir(parents=True)
    by_bucket = {bucket_of(term): (term, weight) for term, weight in WEIGHTS.items()}
    kept = np.array(sorted(by_bucket), np.uint32)
    weights = folder.Weights(kept, np.array([by_bucket[b][1] for b in kept.tolist()]))
    terms = [(by_bucket[bucket][0],) for bucket in kept.tolist()]
    margins = {bucket: weight for bucket, (_, weight) in by_bucket.items()}
    texts = ("a good film", "a bad film, not good", "Magnifique !", "")
    answers = {text: plain_margin(text, RULE, margins) for text in texts}
    checks = [folder.Check(text, m, 1 - 1 / (1 + math.exp(m))) for text, m in answers.items()]
    folder.write_parts(temporary, weights, terms, checks)
    folder.write_manifest(
        temporary,
        Manifest(
            version=version,
            created="2026-11-24T07:12:00Z",
            spark_version="none",
            text_rule=RULE,
            hashing=Hashing(BUCKETS),
            intercept=INTERCEPT,
            calibration=Calibration("none", {}, {}, 0.0, 0.35, 0.65),
            parity=Parity(4, 4, 4, 0.0) if certified else None,
        ),
    )
    versions.publish(temporary, models)
    if certified:
        versions.promote(models, version)
    return models
