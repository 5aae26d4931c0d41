"""The topics of the door, created explicitly: auto-creation is never relied on."""

from __future__ import annotations

from sentiment.errors import ServiceError
from streaming.brokers.seam import Cluster, Topic
from streaming.settings import Limits, Topics


def create_topics(cluster: Cluster, topics: Topics, limits: Limits) -> list[str]:
    """Create those that are not there yet; returns their names. Existing topics are left as they are."""
    room = {"max.message.bytes": str(limits.sent_bytes)}
    settings = {topics.results: room, topics.dead_letters: room}
    names = (*topics.names(), topics.feedback)
    return cluster.create(
        [Topic(name, topics.partitions, topics.replication_factor, settings.get(name, {})) for name in names]
    )


def require_topics(cluster: Cluster, topics: tuple[str, ...]) -> None:
    """ServiceError if a topic is missing, for a consumer would wait for it without a word."""
    if missing := cluster.missing(topics):
        raise ServiceError(f"topics missing on the cluster: {', '.join(missing)}; create them with `sentiment topics`")
