"""Sending reviews: each a JSON object, keyed by its id so that what is said of one review stays in order."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from streaming.brokers.seam import Cluster, Reply

Item = TypeVar("Item")

_encoder = msgspec.json.Encoder()


def send_reviews(cluster: Cluster, topic: str, reviews: Iterable[Mapping[str, Any]]) -> int:
    """Send all reviews and return how many, once every one of them is acknowledged by all replicas."""
    sent = 0
    with cluster.sender() as sender:
        for review in reviews:
            sender.send(Reply(topic, _key(review), _encoder.encode(review), []))
            sent += 1
    return sent


def paced(items: Iterable[Item], per_second: float) -> Iterator[Item]:
    """The same items, no faster than `per_second`."""
    started = time.monotonic()
    for number, item in enumerate(items):
        time.sleep(max(0.0, started + number / per_second - time.monotonic()))
        yield item


def _key(review: Mapping[str, Any]) -> bytes | None:
    key = review.get("id")
    return str(key).encode() if isinstance(key, str | int) else None
