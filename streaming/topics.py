"""The topics of the door, created explicitly: auto-creation is never relied on."""

from __future__ import annotations

from collections.abc import Mapping

from sentiment.errors import ServiceError, SettingError
from streaming.brokers.seam import CLEANUP, MOST_BYTES, Cluster, Topic
from streaming.settings import Limits, Topics


def create_topics(cluster: Cluster, topics: Topics, limits: Limits) -> list[str]:
    """Create those that are not there yet; returns their names. Existing topics are left as they are."""
    room = {MOST_BYTES: str(limits.sent_bytes)}
    configs = {topics.results: room, topics.dead_letters: room}
    names = (*topics.names(), topics.feedback)
    return cluster.create(
        [Topic(name, topics.partitions, topics.replication_factor, configs.get(name, {})) for name in names]
    )


def require_topics(cluster: Cluster, topics: tuple[str, ...]) -> None:
    """ServiceError if a topic is missing, for a consumer would wait for it without a word."""
    if missing := cluster.missing(topics):
        raise ServiceError(
            f"topics missing on the cluster: {', '.join(missing)}; create them with `sentiment topics`; or, with ACLs, "
            "let this user Describe them"
        )


def require_configs(cluster: Cluster, topics: Topics, limits: Limits) -> None:
    """SettingError if an output topic refuses an answer that may come: it would stop its partition for good.

    What the cluster does not tell is taken to be right.
    """
    configs = cluster.configs((topics.results, topics.dead_letters))
    _require_room(configs, topics, limits)
    _require_no_compaction(configs)


def room(configs: Mapping[str, Mapping[str, str]], topic: str, most_bytes: int) -> int:
    """The most bytes that the topic takes as one record, `most_bytes` where the cluster does not tell."""
    return int(configs.get(topic, {}).get(MOST_BYTES, most_bytes))


def _require_room(configs: Mapping[str, Mapping[str, str]], topics: Topics, limits: Limits) -> None:
    needed = {topics.results: limits.result_bytes, topics.dead_letters: limits.sent_bytes}
    rooms = {topic: room(configs, topic, bytes_) for topic, bytes_ in needed.items()}
    small = [
        f"{topic} takes {rooms[topic]:,} bytes and needs {bytes_:,}"
        for topic, bytes_ in needed.items()
        if rooms[topic] < bytes_
    ]
    if small:
        most = min(rooms[topics.results], rooms[topics.dead_letters] // 2)
        raise SettingError(
            f"{MOST_BYTES} is too small: {', '.join(small)}; raise it with `kafka-configs --alter --topic NAME "
            f"--add-config {MOST_BYTES}=BYTES`, or set --result-bytes to {most} or less"
        )


def _require_no_compaction(configs: Mapping[str, Mapping[str, str]]) -> None:
    """A compacted topic refuses a record without a key, and forgets a record once another one has its key."""
    if compacted := [topic for topic, config in configs.items() if "compact" in config.get(CLEANUP, "")]:
        raise SettingError(
            f"compacted topics can't take the answers: {', '.join(compacted)}; they refuse the answer to a review "
            "without a key, and delete all answers of one key but the last: change them with `kafka-configs --alter "
            f"--topic NAME --add-config {CLEANUP}=delete`"
        )
