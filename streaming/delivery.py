"""Act: poll, respond, one transaction. Nothing is tried twice here: a broken broker ends the loop, and the
supervisor's restart is the one way back. The transaction has then been undone, so no record is lost or answered twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from threading import Event
from typing import TypeAlias

from sentiment.errors import ServiceError
from streaming.brokers.seam import Batch, Broker, Record
from streaming.messages import position
from streaming.metrics import StreamMetrics
from streaming.respond import Answers

AWAY_SECONDS = 5.0  # joining a group, and each change of its members, may take as long
PIECE = 256  # records that are answered at once: the client sends a piece's replies while the next one is answered

Respond: TypeAlias = Callable[[Sequence[Record]], Answers]
log = logging.getLogger("sentiment.stream")


class FaultError(ServiceError):
    """A fault of this program keeps one record from being answered."""

    def __init__(self, record: Record, error: Exception) -> None:
        super().__init__(
            f"can't answer the record at topic {record.topic}, partition {record.partition}, offset {record.offset}: "
            f"{type(error).__name__}: {error}; this is a fault of the program, which a restart does not mend: "
            "docs/operating.md says how to go on without this record"
        )
        self.record = record


class Away:
    """Says once that the broker is away, when it has been for AWAY_SECONDS, and once that it is back."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._told = False

    def log(self, reached: bool) -> None:
        if reached and self._told:
            log.warning("the broker answers again")
        if reached:
            self._since, self._told = None, False
            return
        self._since = self._since or time.monotonic()
        if not self._told and time.monotonic() - self._since >= AWAY_SECONDS:
            self._told = True
            log.warning("the broker does not answer, or does not let this worker into its group; waiting for it")


def deliver(
    broker: Broker,
    respond: Respond,
    metrics: StreamMetrics,
    stop: Event,
    turned: Callable[[], None] = lambda: None,
) -> None:
    """Answer every record exactly once until `stop` is set, which is looked at between transactions.

    A batch is one transaction, answered a piece at a time; one of very many bytes is several, one after the other.
    `turned` is called before each poll and each transaction, whether a broker answers or not.
    """
    away = Away()
    while not stop.is_set():
        turned()
        batch = broker.poll()
        reached = bool(batch.records) or broker.reachable()
        if reached:
            metrics.polled(broker.lag())
        away.log(reached)
        for part in batch.parts():
            turned()
            try:
                metrics.answered(part.records, _answer(broker, part, respond))
            except FaultError as fault:  # what is before it is answered, so that it alone stands in the way
                sound = Batch(part.records[: part.records.index(fault.record)], part.membership)
                if sound.records:
                    metrics.answered(sound.records, _answer(broker, sound, respond))
                raise
            if stop.is_set():
                return  # what is left of the batch is read again by whoever has its partitions next


def _answer(broker: Broker, batch: Batch, respond: Respond) -> list[Answers]:
    """One transaction; the answers of each piece, once they are committed."""
    pieces = [batch.records[first : first + PIECE] for first in range(0, len(batch.records), PIECE)]
    done = []
    with broker.transaction(batch) as outbox:
        for piece in pieces:
            answers = _respond(respond, piece)
            for reply in answers.replies:
                outbox.send(reply)
            done.append(answers)
    return done


def _respond(respond: Respond, piece: Sequence[Record]) -> Answers:
    """FaultError where one record alone makes it fail; any other error comes through as it is."""
    try:
        return respond(piece)
    except Exception:
        log.exception("answering %d records from %s on failed", len(piece), position(piece[0]))
        for record in piece:
            _try_alone(respond, record)
        raise


def _try_alone(respond: Respond, record: Record) -> None:
    try:
        respond([record])
    except Exception as error:
        raise FaultError(record, error) from error
