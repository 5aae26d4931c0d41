"""Which of the latest results a viewer wants to see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ui.live.seen import NAMED_BY, Seen

MOST = 200  # fields, or values of one, the most frequent first: a list to choose from


class Choice(NamedTuple):
    """Empty means any. `value` is that of the sender's own field `field`."""

    language: str = ""
    field: str = ""
    value: str = ""
    only_review: bool = False

    def takes(self, seen: Seen) -> bool:
        return (
            (not self.language or seen.language == self.language)
            and (not self.field or not self.value or seen.fields.get(self.field) == self.value)
            and (not self.only_review or seen.needs_review)
        )


def languages(latest: Iterable[Seen]) -> list[str]:
    return sorted({seen.language for seen in latest})


def fields(latest: Iterable[Seen]) -> list[str]:
    """The senders' own fields but the language, the most frequent first."""
    counted = Counter(name for seen in latest for name in seen.fields if name != NAMED_BY)
    return [name for name, _ in counted.most_common(MOST)]


def values(latest: Sequence[Seen], field: str) -> list[str]:
    counted = Counter(seen.fields[field] for seen in latest if field in seen.fields)
    return [value for value, _ in counted.most_common(MOST)]
