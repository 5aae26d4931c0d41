"""What a model can and can't do, for people: `report.html`, the model card, and the scores that `model.json` holds."""

from __future__ import annotations

from spark_jobs.report.evidence import Extras, LearningPoint
from spark_jobs.report.scoring import Band, evaluate_all, languages, sure_answers
from spark_jobs.report.writing import write_report

__all__ = ["Band", "Extras", "LearningPoint", "evaluate_all", "languages", "sure_answers", "write_report"]
