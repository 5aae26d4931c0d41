"""`evaluation.json` of a version: what training saw on held-out rows, for whoever draws it. No answer depends on it."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from sentiment.errors import UNDECODABLE, ModelError
from sentiment.results import Because, Label

EVALUATION = "evaluation.json"


class Line(Struct, frozen=True):
    """Points of one curve; both of the same length."""

    x: tuple[float, ...]
    y: tuple[float, ...]


class Bins(Struct, frozen=True):
    """For each bin of probabilities that has rows: mean probability, share of positives, number of rows."""

    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    rows: tuple[int, ...]


class Curves(Struct, frozen=True):
    roc: Line
    precision_recall: Line
    reliability: Bins


class Weighed(Struct, frozen=True):
    """A term, what it adds to the margin of a text of median length, and the held-out texts that it is in."""

    term: str
    weight: float
    texts: int


class Mistake(Struct, frozen=True):
    """A review with the wrong label; `confidence` is that of the label given."""

    text: str
    label: Label
    given: Label
    confidence: float
    because: tuple[Because, ...]


class Evaluation(Struct, frozen=True):
    """By language; `curves` also of `all` rows. A part with too few rows to draw is not among the curves."""

    curves: dict[str, Curves]
    strongest: dict[str, tuple[Weighed, ...]]  # the heaviest for positive first, the heaviest against last
    mistakes: dict[str, tuple[Mistake, ...]]  # the most confident first


def read_evaluation(version: Path) -> Evaluation | None:
    """What the version's folder says; None where its training wrote none; ModelError if it can't be read."""
    path = version / EVALUATION
    try:
        return msgspec.json.decode(path.read_bytes(), type=Evaluation)
    except FileNotFoundError:
        return None
    except (OSError, *UNDECODABLE) as error:
        raise ModelError(f"{path} can't be read: {error}") from error


def write_evaluation(version: Path, evaluation: Evaluation) -> None:
    (version / EVALUATION).write_bytes(msgspec.json.encode(evaluation) + b"\n")
