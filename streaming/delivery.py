"""Act: poll, respond, one transaction. Nothing is tried twice here: a broken broker ends the loop, and the
supervisor's restart is the one way back. The transaction has then been undone, so no record is lost or answered twice.
"""

from __future__ import annotations

from threading import Event

from sentiment import Classifier
from streaming.brokers.seam import Broker
from streaming.respond import respond
from streaming.settings import StreamSettings


def deliver(broker: Broker, classifier: Classifier, settings: StreamSettings, stop: Event) -> None:
    """Answer every record exactly once until `stop` is set, which is looked at between batches."""
    while not stop.is_set():
        batch = broker.poll()
        if not batch.records:
            continue
        replies = respond(batch.records, classifier, settings)
        with broker.transaction(batch) as outbox:
            for reply in replies:
                outbox.send(reply)
