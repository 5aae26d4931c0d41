"""Send messages, read their answers, and keep count: sender and reader work side by side."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Event

import msgspec

from cli.consume import Review
from cli.demo.reviews import Message
from cli.demo.tally import Answer, Tally
from sentiment.results import Because
from streaming.brokers.seam import Cluster, Record
from streaming.settings import Topics

GIVE_UP_SECONDS = 60  # without one answer
LINGER_SECONDS = 1.5  # after the last answer, for one too many to show


class Seen(msgspec.Struct, frozen=True):
    """What the demo reads of a result."""

    label: str
    sentiment: int
    confidence: float
    needs_review: bool
    review: Review
    because: tuple[Because, ...] = ()


Show = Callable[[Record, Seen | None], None]
_results = msgspec.json.Decoder(Seen)


def flow(cluster: Cluster, topics: Topics, sending: Iterable[Message], show: Show) -> Tally:
    """Send everything, show each answer as it comes, and return the count once all is answered or hope is lost."""
    tally, over = Tally(), Event()
    with (
        closing(cluster.read([topics.results, topics.dead_letters], from_beginning=False)) as reader,
        ThreadPoolExecutor(1) as pool,
        ending(over),
    ):
        unsent = itertools.takewhile(lambda _: not over.is_set(), sending)
        sender = pool.submit(_send, cluster, topics.reviews, unsent, tally)
        quiet_since = time.monotonic()
        while not sender.done() or time.monotonic() - quiet_since < _patience(tally):
            for record in reader.poll(0.2):
                answer, seen = _read(record, topics)
                if tally.add_answer(answer):
                    show(record, seen)
                    quiet_since = time.monotonic()
        sender.result()
    return tally


@contextmanager
def ending(over: Event) -> Iterator[None]:
    """Set the event when the context is left, so that a thread which looks at it ends too."""
    try:
        yield
    finally:
        over.set()


def _patience(tally: Tally) -> float:
    return GIVE_UP_SECONDS if tally.waiting else LINGER_SECONDS


def _send(cluster: Cluster, topic: str, sending: Iterable[Message], tally: Tally) -> None:
    with cluster.sender() as sender:
        for message in sending:
            tally.add_sent(message.key, message.label, time.monotonic())
            sender.send(message.to(topic))


def _read(record: Record, topics: Topics) -> tuple[Answer, Seen | None]:
    key = (record.key or b"").decode(errors="replace")
    if record.topic == topics.dead_letters:
        return Answer(key, None, time.monotonic()), None
    seen = _results.decode(record.value or b"")
    return Answer(key, seen.sentiment, time.monotonic()), seen
