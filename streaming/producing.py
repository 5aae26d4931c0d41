"""Sending reviews: each a JSON object, keyed by its id so that what is said of one review stays in order."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from streaming.brokers.seam import Cluster, Reply

_encoder = msgspec.json.Encoder()


def send_reviews(cluster: Cluster, topic: str, reviews: Iterable[Mapping[str, Any]]) -> int:
    """Send all reviews and return how many, once every one of them is acknowledged by all replicas."""
    sent = 0
    with cluster.sender() as sender:
        for review in reviews:
            sender.send(Reply(topic, _key(review), _encoder.encode(review), []))
            sent += 1
    return sent


def paced(reviews: Iterable[Mapping[str, Any]], per_second: float) -> Iterator[Mapping[str, Any]]:
    """The same reviews, no faster than `per_second`."""
    started = time.monotonic()
    for number, review in enumerate(reviews):
        time.sleep(max(0.0, started + number / per_second - time.monotonic()))
        yield review


def _key(review: Mapping[str, Any]) -> bytes | None:
    key = review.get("id")
    return str(key).encode() if isinstance(key, str | int) else None
