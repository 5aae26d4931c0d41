"""`model.json`: everything about a model but its coefficients. Unknown fields are refused, so a typo can't hide."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from sentiment.textrule import TextRule

FORMAT = 4


class Hashing(Struct, frozen=True, forbid_unknown_fields=True):
    """How a term becomes a bucket; `buckets` is a power of two from 2^6 to 2^24."""

    buckets: int
    function: str = "murmur3_x86_32 of the UTF-8 bytes, as org.apache.spark.ml.feature.HashingTF since 3.0"
    seed: int = 42


class Calibration(Struct, frozen=True, forbid_unknown_fields=True):
    """What was folded into the coefficients, and the band of probabilities in which a person should look.

    Calibrated margin = intercept + offset + the sum over languages of slope * what the language's buckets add to
    the fitted margin + shift * how many of its markers the text has / sqrt(distinct buckets).
    """

    method: str  # of what was folded in; `Unscaled margins: ...` says why nothing was
    slopes: dict[str, float]  # by language; one of `all` where the data has a single language
    shifts: dict[str, float]
    offset: float
    review_above: float  # needs_review where review_above < probability < review_below
    review_below: float


class Parity(Struct, frozen=True, forbid_unknown_fields=True):
    """The certificate: held-out rows scored by Spark and by `Classifier.load` of this very folder."""

    rows: int
    labels_equal: int
    margins_equal: int
    max_abs_dp: float

    @property
    def proven(self) -> bool:
        """Whether every row has Spark's label and, to the last bit, its margin."""
        return self.labels_equal == self.margins_equal == self.rows


class Manifest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A model's identity. `version` names everything that changes an answer."""

    format: int = FORMAT
    version: str
    created: str  # ISO 8601, UTC
    spark_version: str
    text_rule: TextRule
    hashing: Hashing
    intercept: float
    labels: tuple[str, str] = ("negative", "positive")
    calibration: Calibration
    training: dict[str, Any] = {}
    data: dict[str, Any] = {}
    metrics: dict[str, Any] = {}
    behaviour: dict[str, Any] = {}
    parity: Parity | None = None
    answers: str = ""  # sha256 of everything that changes an answer, see `folder.digest`
    files: dict[str, str] = {}  # path in the folder -> sha256, of every file but model.json
