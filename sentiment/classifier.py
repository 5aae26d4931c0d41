"""The one object that all doors share: an immutable, verified model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sentiment import explanation, folder, versions
from sentiment.cleaning import clean
from sentiment.errors import ModelError
from sentiment.explanation import Explanation
from sentiment.manifest import Manifest
from sentiment.predictions import Predictions
from sentiment.results import Because
from sentiment.scoring import Scorer
from sentiment.tables import Tables, make_tables
from sentiment.textrule import OTHER


@dataclass(frozen=True)
class Classifier:
    """Classifies texts as its folder says. Safe to share between threads."""

    path: Path
    manifest: Manifest
    scorer: Scorer
    learned: tuple[str, ...]  # the training terms of each coefficient's bucket, tabs between them

    @staticmethod
    def load(path: Path | str) -> Classifier:
        """Load a version folder, or the current version of a folder of versions.

        Every file's checksum is compared and the golden texts are scored again; ModelError if anything
        differs. What this returns has been compiled and has answered before.
        """
        version = versions.resolve(Path(path))
        manifest = folder.read_manifest(version)
        folder.verify_files(version, manifest)
        weights = folder.read_weights(version)
        folder.verify_answers(version, manifest, weights)
        learned = folder.read_terms(version, len(weights.buckets))
        classifier = Classifier(version, manifest, Scorer(_tables(manifest, weights)), learned)
        classifier._recheck(folder.read_checks(version))
        return classifier

    @property
    def version(self) -> str:
        return self.manifest.version

    def predict(self, texts: Sequence[str]) -> Predictions:
        """The answers to texts, in their order; any string is a text, the empty one included."""
        return self.predict_cleaned(map(clean, texts))

    def predict_cleaned(self, texts: Iterable[str]) -> Predictions:
        """The same for texts that `clean` has been applied to, as those of training have: cleaning twice may differ."""
        margins, counts = self.scorer.score(texts)
        return Predictions(margins, counts, self.manifest.calibration)

    def explain(self, text: str) -> Explanation:
        """Every term of the text that has a coefficient, and what it adds to the margin."""
        return explanation.explain_text(clean(text), self.scorer, self.learned)

    def because(self, text: str, most: int = 5) -> tuple[Because, ...]:
        """The terms of the text that weigh most, the heaviest first."""
        return explanation.because(clean(text), self.scorer, most)

    def _recheck(self, checks: list[folder.Check]) -> None:
        again = self.predict([check.text for check in checks])
        for check, margin, probability in zip(checks, again.margin, again.probability, strict=True):
            # exp() may differ in its last bit from one C library to the next; a margin may not
            same = margin == check.margin == self.explain(check.text).margin
            if not same or abs(probability - check.probability) > 1e-12:
                raise ModelError(
                    f"{self.path} gives {probability!r} for {check.text[:60]!r}, not the saved "
                    f"{check.probability!r}: the folder or this installation is damaged"
                )


def _tables(manifest: Manifest, weights: folder.Weights) -> Tables:
    buckets, rule = manifest.hashing.buckets, manifest.text_rule
    if not 64 <= buckets <= 1 << 24 or buckets & (buckets - 1):
        raise ModelError(f"{buckets} buckets: the number must be a power of two from 64 to {1 << 24}")
    if len(weights.buckets) and weights.buckets[-1] >= buckets:
        raise ModelError(f"bucket {weights.buckets[-1]} has a coefficient, but there are only {buckets} buckets")
    if len(rule.upper) != len(rule.lower) or not rule.upper or not 1 <= rule.max_order <= 8:
        raise ModelError("the text rule is malformed: `upper` and `lower` must be as long, `max_order` from 1 to 8")
    if any(len(lower.encode()) > len(upper.encode()) for upper, lower in zip(rule.upper, rule.lower, strict=True)):
        raise ModelError("the text rule is malformed: a `lower` character takes more bytes of UTF-8 than its `upper`")
    if set(rule.lower) & set(rule.upper) or rule.kinds()[ord(" ")] != OTHER:
        raise ModelError("the text rule is malformed: a `lower` character is folded itself, or a space is in a token")
    if not _cover(rule.mark, "'/") or not _cover(rule.word, "0123456789"):
        raise ModelError("the text rule is malformed: `'` and `/` must be marks, and digits parts of words")
    return make_tables(
        (rule.kinds(), rule.folds(), rule.max_order),
        (buckets, weights.buckets),
        (weights.coefficients, manifest.intercept),
    )


def _cover(ranges: Iterable[tuple[int, int]], characters: str) -> bool:
    return all(any(first <= ord(character) <= last for first, last in ranges) for character in characters)
