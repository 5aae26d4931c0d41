"""What the model can't do, in sentences: the first thing that the report and the card say."""

from __future__ import annotations

from spark_jobs.caveats import no_better, uncalibrated
from spark_jobs.report.evidence import LEAST_ROWS, Evidence
from spark_jobs.report.scoring import ALL, WORDS, languages
from spark_jobs.report.wording import figure, language, listed, part, span

BEYOND = (
    "Irony, a turn in the last sentence, a sad story well told, praise of something other than the film: it misreads "
    "them."
)
NO_THIRD_LABEL = (
    "It knows two labels. A mixed review, and a text that is no review, gets one of them all the same; needs_review "
    "marks the answers that it is not sure of."
)
OTHER_LANGUAGES = "It answers in any other language too, and that answer is worth nothing."
OTHER_SOURCES = "On reviews of another kind expect less, and measure it on rows of your own."


def limits(evidence: Evidence) -> list[str]:
    """What holds of every model of this kind, then what was measured of this one and noticed of its data."""
    order, warnings = evidence.manifest.text_rule.max_order, evidence.manifest.data["warnings"]
    return [
        f"It adds up {_phrases(order)}. {BEYOND}",
        NO_THIRD_LABEL,
        f"It has learned from {_sources(evidence)}. {OTHER_LANGUAGES}",
        f"{_scores(evidence)} {OTHER_SOURCES}",
        *_weakest(evidence),
        *(f"Of its confidence: {caveat}." for caveat in uncalibrated(evidence.manifest.calibration)),
        *(
            f"It is no better than one label for all: {caveat}."
            for caveat in no_better(evidence.manifest.metrics[ALL]["confusion"])
        ),
        *(f"Of its data: {warning}." for warning in warnings),
    ]


def _phrases(order: int) -> str:
    return "single words" if order == 1 else f"words and phrases of at most {order} words"


def _sources(evidence: Evidence) -> str:
    documents = evidence.extras.documents
    if not documents:
        return f"texts in {listed(language(name) for name in languages(evidence.scored))}"
    return listed(f"{count:,} texts in {language(name)}" for name, count in documents.items())


def _scores(evidence: Evidence) -> str:
    given = evidence.manifest.data["tests"]
    which = "the rows of the test files that are named under Data" if given else "held-out rows of the same sources"
    return f"Its scores are those on {which}."


def _weakest(evidence: Evidence) -> list[str]:
    """The language or length with the lowest accuracy; of those with too few rows nothing is said."""
    metrics = evidence.manifest.metrics
    known = [name for name, scores in metrics.items() if name != ALL and scores["n"] >= LEAST_ROWS]
    worst = min(known, key=lambda name: metrics[name]["accuracy"], default=ALL)
    scores = metrics[worst]
    if scores["accuracy"] >= metrics[ALL]["accuracy"]:
        return []
    where = f"texts of {part(worst)}" if worst.startswith(WORDS) else f"texts in {language(worst)}"
    measured = ", ".join(filter(None, [span(scores["interval"]["accuracy"]), f"{scores['n']:,} rows"]))
    accuracy = f"{figure(scores['accuracy'])} ({measured})"
    return [f"It does worst on {where}: accuracy {accuracy}, against {figure(metrics[ALL]['accuracy'])} overall."]
