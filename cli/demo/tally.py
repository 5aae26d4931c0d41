"""Who was answered, how often, how soon and how rightly: bookkeeping without Kafka."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Answer(NamedTuple):
    """One answer to the review of this key; `sentiment` is None for a dead letter."""

    key: str
    sentiment: int | None
    seconds: float  # when it was read, on the clock of `Tally.sent`


class Summary(NamedTuple):
    sent: int
    labelled: int
    dead: int
    lost: int
    duplicated: int
    accuracy: float
    p50_ms: float
    p99_ms: float


@dataclass
class Tally:
    """Counts what was sent and what came back; answers to other runs' reviews are not ours."""

    sent: dict[str, float] = field(default_factory=dict)  # key -> when, seconds of a monotonic clock
    expected: dict[str, int] = field(default_factory=dict)  # key -> true label, where one is known
    answers: Counter[str] = field(default_factory=Counter)
    dead: set[str] = field(default_factory=set)
    right: int = 0
    judged: int = 0
    delays: list[float] = field(default_factory=list)

    def add_sent(self, key: str, label: int | None, seconds: float) -> None:
        self.sent[key] = seconds
        if label is not None:
            self.expected[key] = label

    def add_answer(self, answer: Answer) -> bool:
        """Count an answer; False if it answers nothing that was sent here."""
        if answer.key not in self.sent:
            return False
        self.answers[answer.key] += 1
        if self.answers[answer.key] == 1:
            self._judge(answer)
        return True

    def _judge(self, answer: Answer) -> None:
        self.delays.append(answer.seconds - self.sent[answer.key])
        if answer.sentiment is None:
            self.dead.add(answer.key)
        elif answer.key in self.expected:
            self.judged += 1
            self.right += answer.sentiment == self.expected[answer.key]

    @property
    def waiting(self) -> int:
        return len(self.sent) - len(self.answers)

    def summary(self) -> Summary:
        return Summary(
            sent=len(self.sent),
            labelled=len(self.answers) - len(self.dead),
            dead=len(self.dead),
            lost=self.waiting,
            duplicated=self.answers.total() - len(self.answers),
            accuracy=self.right / self.judged if self.judged else 0.0,
            p50_ms=1000 * percentile(self.delays, 0.50),
            p99_ms=1000 * percentile(self.delays, 0.99),
        )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of the values do not exceed (nearest rank); 0 of none."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else 0.0
