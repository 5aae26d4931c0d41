"""Act: poll, respond, one transaction. Nothing is tried twice here: a broken broker ends the loop, and the
supervisor's restart is the one way back. The transaction has then been undone, so no record is lost or answered twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event

from streaming.brokers.seam import Batch, Broker, Record
from streaming.metrics import StreamMetrics
from streaming.respond import Answers

PIECE = 256  # records that are answered at once: the client sends a piece's replies while the next one is answered


def deliver(
    broker: Broker, respond: Callable[[Sequence[Record]], Answers], metrics: StreamMetrics, stop: Event
) -> None:
    """Answer every record exactly once until `stop` is set, which is looked at between transactions.

    A batch is one transaction, answered a piece at a time; one of very many bytes is several, one after the other.
    """
    while not stop.is_set():
        batch = broker.poll()
        if batch.records or broker.reachable():
            metrics.polled(broker.lag())
        for part in batch.parts():
            metrics.answered(part.records, _answer(broker, part, respond))
            if stop.is_set():
                return  # what is left of the batch is read again by whoever has its partitions next


def _answer(broker: Broker, batch: Batch, respond: Callable[[Sequence[Record]], Answers]) -> list[Answers]:
    """One transaction; the answers of each piece, once they are committed."""
    pieces = [batch.records[first : first + PIECE] for first in range(0, len(batch.records), PIECE)]
    done = []
    with broker.transaction(batch) as outbox:
        for piece in pieces:
            answers = respond(piece)
            for reply in answers.replies:
                outbox.send(reply)
            done.append(answers)
    return done
