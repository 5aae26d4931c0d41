"""What the model card says: a README with the front matter that model hubs read."""

from __future__ import annotations

from typing import Any

from spark_jobs.report.evidence import Evidence
from spark_jobs.report.limits import limits
from spark_jobs.report.scoring import ALL, WORDS
from spark_jobs.report.wording import MEASURES, answers, language, measured_on

METRIC_TYPES = {"pr_auc": "average_precision", "brier": "brier_score", "ece": "expected_calibration_error"}


def card(evidence: Evidence) -> dict[str, Any]:
    """The template's values."""
    manifest, _, _, extras, sure = evidence
    named = [name for name in manifest.metrics if name != ALL and not name.startswith(WORDS)]
    sentence = answers(sure[ALL])
    return {
        "manifest": manifest,
        "measures": MEASURES,
        "grouped": evidence.grouped,
        "codes": [name for name in named if len(name) == 2],
        "limits": limits(evidence),
        "extras": extras,
        "results": [_result(evidence, name) for name in (ALL, *named)],
        "answered": sentence[0].upper() + sentence[1:],
    }


def _result(evidence: Evidence, name: str) -> dict[str, Any]:
    """One result of `model-index`: its data set, and each score that has a value."""
    data, scores = evidence.manifest.data, evidence.manifest.metrics[name]
    which = measured_on(data) + ("" if name == ALL else f", in {language(name)}")
    return {
        "dataset": {"type": "reviews", "name": which, "split": "test", "revision": data["fingerprint"]},
        "metrics": [
            {"type": METRIC_TYPES.get(measure, measure), "name": title, "value": scores[measure]}
            for measure, title in MEASURES.items()
            if scores[measure] is not None
        ],
    }
