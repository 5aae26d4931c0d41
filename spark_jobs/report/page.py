"""What `report.html` shows, section by section, as its template takes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup

from sentiment.curves import BINS, Curve
from spark_jobs.report import figures
from spark_jobs.report.evidence import Evidence, LearningPoint, drawn_parts
from spark_jobs.report.limits import limits
from spark_jobs.report.mistakes import worst_mistakes
from spark_jobs.report.scoring import ALL, WORDS, languages
from spark_jobs.report.vocabulary import collisions, strongest, usage_by_language
from spark_jobs.report.wording import MEASURES, answers, beside, figure, listed, part, percent


class Drawing(NamedTuple):
    """A plot and what there is to see in it."""

    title: str
    caption: str
    svg: Markup


def page(evidence: Evidence) -> dict[str, Any]:
    """The template's values."""
    manifest, scored, classifier, extras, sure = evidence
    usage = usage_by_language(scored, classifier)
    return {
        "manifest": manifest,
        "extras": extras,
        "measures": MEASURES,
        "limits": limits(evidence),
        "groups": score_groups(manifest.metrics),
        "grouped": evidence.grouped,
        "sure": sure,
        "drawings": drawings(evidence),
        "learning": learning_curve(extras.learning) if extras.learning else None,
        "vocabulary": {name: strongest(usage, name, classifier) for name in usage},
        "read": sum(used.texts for used in usage.values()),
        "collisions": collisions(usage, classifier),
        "mistakes": {name: worst_mistakes(scored, name, classifier) for name in languages(scored)},
    }


def score_groups(metrics: dict[str, Any]) -> dict[str, list[str]]:
    """The parts of the rows, by the heading that they have in the table of scores."""
    lengths = [name for name in metrics if name.startswith(WORDS)]
    of_language = [name for name in metrics if name != ALL and name not in lengths]
    groups = {"All rows": [ALL], "By language": of_language, "By length": lengths}
    return {heading: names for heading, names in groups.items() if names}


def drawings(evidence: Evidence) -> list[Drawing]:
    """What the model does at every threshold, and how far its probabilities can be believed."""
    scored, scores, sure = evidence.scored, evidence.manifest.metrics[ALL], evidence.sure[ALL]
    rows = {part(name): (scored.label[mask], scored.probability[mask]) for name, mask in drawn_parts(scored).items()}
    value = {name: f"{figure(scores[name])} ({beside(scores, name)})" for name in ("roc_auc", "pr_auc", "ece")}
    return [
        _drawing(
            "ROC curve",
            f"The area under the line of all rows is {value['roc_auc']}; 0.5 would be chance.",
            lambda described: figures.roc_figure(rows, described),
        ),
        _drawing(
            "Precision against recall",
            f"The average precision over all rows is {value['pr_auc']}.",
            lambda described: figures.precision_recall_figure(rows, described),
        ),
        _drawing(
            "Reliability",
            "Of texts given 80%, 80% should be positive: the diagonal. "
            f"The mean distance (ECE, over {BINS} finer bins) "
            f"is {value['ece']}. Bars are 95% intervals (Wilson).",
            lambda described: figures.reliability_figure(rows, described),
        ),
        _drawing(
            "Coverage against precision",
            "How often it is right where it answers only what it is surest of. The star is where needs_review begins: "
            f"{answers(sure)}.",
            lambda described: figures.coverage_figure(rows, sure, described),
        ),
    ]


def learning_curve(points: Sequence[LearningPoint]) -> Drawing:
    """Accuracy over training documents: a line for each of the languages named first, as many as can be told apart."""
    lines, known = {}, [point for point in points if point.documents]
    for name in list(dict.fromkeys(point.language for point in known))[: len(figures.STYLES)]:
        own = sorted((point.documents, point.accuracy) for point in known if point.language == name)
        lines[part(name)] = Curve(*np.array(own, np.float64).T)
    ends = listed(
        f"{name} from {percent(y[0])} with {x[0]:,.0f} to {percent(y[-1])} with {x[-1]:,.0f}"
        for name, (x, y) in lines.items()
    )
    return _drawing(
        "Learning curve",
        f"Accuracy by training documents: {ends}. These models are not calibrated: the last may differ a little from "
        "the one above.",
        lambda described: figures.learning_figure(lines, described),
    )


def _drawing(title: str, caption: str, draw: Callable[[str], Markup]) -> Drawing:
    return Drawing(title, caption, draw(f"{title}. {caption}"))
