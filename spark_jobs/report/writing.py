"""`report.html`, the model card `README.md` and `evaluation.json`, written into a version's folder."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from sentiment import Classifier
from sentiment.evaluation import write_evaluation
from sentiment.manifest import Manifest
from spark_jobs.evaluating import Scored
from spark_jobs.report import wording
from spark_jobs.report.card import card
from spark_jobs.report.evaluation import evaluation
from spark_jobs.report.evidence import Evidence, Extras
from spark_jobs.report.page import page
from spark_jobs.report.scoring import sure_answers

REPORT, CARD = "report.html", "README.md"


WORDS = (
    wording.beside,
    wording.certificate,
    wording.confidence,
    wording.figure,
    wording.language,
    wording.part,
    wording.percent,
    wording.shown,
    wording.signed,
    wording.step,
)


def write_report(folder: Path, manifest: Manifest, scored: Scored, classifier: Classifier, extras: Extras) -> None:
    """Write all three; the same input gives the same bytes.

    `manifest` is the certified one, with its data as training describes it and its metrics as `evaluate_all` made them
    of the same rows.
    """
    evidence = Evidence(manifest, scored, classifier, extras, sure_answers(manifest.metrics))
    templates = Environment(
        loader=PackageLoader("spark_jobs.report"),
        autoescape=select_autoescape(["html.jinja"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters |= {word.__name__: word for word in WORDS}
    shown = page(evidence)
    write_evaluation(folder, evaluation(scored, shown["vocabulary"], shown["mistakes"]))
    for name, values in ((REPORT, shown), (CARD, card(evidence))):
        text = templates.get_template(f"{name}.jinja").render(values)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
