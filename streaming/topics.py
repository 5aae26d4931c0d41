"""The topics of the door, created explicitly: auto-creation is never relied on."""

from __future__ import annotations

from sentiment.errors import ServiceError, SettingError
from streaming.brokers.seam import MOST_BYTES, Cluster, Topic
from streaming.settings import Limits, Topics


def create_topics(cluster: Cluster, topics: Topics, limits: Limits) -> list[str]:
    """Create those that are not there yet; returns their names. Existing topics are left as they are."""
    room = {MOST_BYTES: str(limits.sent_bytes)}
    settings = {topics.results: room, topics.dead_letters: room}
    names = (*topics.names(), topics.feedback)
    return cluster.create(
        [Topic(name, topics.partitions, topics.replication_factor, settings.get(name, {})) for name in names]
    )


def require_topics(cluster: Cluster, topics: tuple[str, ...]) -> None:
    """ServiceError if a topic is missing, for a consumer would wait for it without a word."""
    if missing := cluster.missing(topics):
        raise ServiceError(f"topics missing on the cluster: {', '.join(missing)}; create them with `sentiment topics`")


def require_room(cluster: Cluster, topics: Topics, limits: Limits) -> None:
    """SettingError if a topic takes less than an answer may have: such an answer would stop its partition for good.

    What the cluster does not tell is taken to be enough.
    """
    needed = {topics.results: limits.result_bytes, topics.dead_letters: limits.sent_bytes}
    room = needed | cluster.room(tuple(needed))
    small = [
        f"{topic} takes {room[topic]:,} bytes and needs {bytes_:,}"
        for topic, bytes_ in needed.items()
        if room[topic] < bytes_
    ]
    if small:
        most = min(room[topics.results], room[topics.dead_letters] // 2)
        raise SettingError(
            f"{MOST_BYTES} is too small: {', '.join(small)}; raise it with `kafka-configs --alter --topic NAME "
            f"--add-config {MOST_BYTES}=BYTES`, or set --result-bytes to {most} or less"
        )
