"""What the demo sends: reviews that training kept aside, and messages that no one can classify."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from sentiment.errors import UNDECODABLE, DataError
from streaming.brokers.seam import Reply

BROKEN: tuple[bytes | None, ...] = (
    b"caf\xe9, in Latin-1",
    b'{"text": "cut off',
    b'{"film": "no text at all"}',
    b'{"text": 42}',
    b'{"text": "   "}',
    None,
)


class HeldOut(msgspec.Struct, frozen=True):
    """A review and its known label."""

    text: str
    label: int
    language: str = "other"


class Message(NamedTuple):
    """A record to send under a key of its own; `label` is None for a broken one."""

    key: str
    value: bytes | None
    label: int | None

    def to(self, topic: str) -> Reply:
        return Reply(topic, self.key.encode(), self.value, [])


def read_held_out(path: Path) -> list[HeldOut]:
    """The reviews that `sentiment train --held-out` wrote."""
    try:
        return msgspec.json.Decoder(HeldOut).decode_lines(path.read_bytes())
    except (OSError, *UNDECODABLE) as error:
        raise DataError(f"{path} can't be read as held-out reviews: {error}") from error


def messages(run: str, reviews: list[HeldOut], good: int, broken: int) -> Iterator[Message]:
    """`good` reviews, the list from its start again where it is shorter, with `broken` messages spread among them."""
    every = max(good // broken, 1) if broken else good + 1
    values = itertools.cycle(BROKEN)
    left = broken
    for number, review in enumerate(itertools.islice(itertools.cycle(reviews), good)):
        key = f"{run}-{number}"
        value = msgspec.json.encode({"id": key, "language": review.language, "text": review.text})
        yield Message(key, value, review.label)
        if left and number % every == every - 1:
            left -= 1
            yield Message(f"{run}-broken-{left}", next(values), None)
    for number in range(left):
        yield Message(f"{run}-broken-{number}", next(values), None)
