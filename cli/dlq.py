"""`sentiment dlq`: see what could not be classified, and send it to be classified once more."""

from __future__ import annotations

import base64
import itertools
import sys
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any, get_args

import click
import msgspec

from cli import broker_options
from cli.terminal import fitting, one_line, plain
from sentiment.errors import DataError, SettingError
from sentiment.wording import counted
from streaming.brokers.seam import Cluster, Group
from streaming.dead_letters import DeadLetter, Target, dead_letters, replay
from streaming.messages import Reason, time_of
from streaming.settings import Limits
from streaming.topics import require_topics, room

GROUP = "sentiment-dlq"
REPLAY_IDLE = 5.0  # seconds

reasons_flag = click.option(
    "--reason", "reasons", multiple=True, type=click.Choice(get_args(Reason)), help="Only this reason; may be repeated."
)
json_flag = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def _of_the_topic(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        broker_options.topic("dead_letters"),
        broker_options.client,
        broker_options.bootstrap_servers,
    ):
        command = option(command)
    return command


@click.group()
def dlq() -> None:
    """See dead letters, and send them to be classified once more."""


@dlq.command("list")
@_of_the_topic
@reasons_flag
@click.option("--max", "most", type=click.IntRange(min=1), help="Stop after this many.")
@json_flag
def list_letters(reasons: tuple[str, ...], most: int | None, as_json: bool, **flags: Any) -> None:
    """Print the dead letters, the oldest of each partition first: place, reason, and the beginning of the value."""
    found: Counter[str] = Counter()
    with closing(_letters(flags)) as letters:
        for letter in itertools.islice(filter(_of(reasons), letters), most):
            found[one_line(letter.reason)] += 1
            click.echo(msgspec.json.encode(_told(letter)) if as_json else _line(letter))
    if not as_json:
        each = ", ".join(f"{count:,} {reason}" for reason, count in found.most_common())
        click.echo(f"{counted(found.total(), 'dead letter')}{': ' + each if each else ''}", err=True)


@dlq.command()
@click.argument("place")
@_of_the_topic
@click.option("--value", "value_only", is_flag=True, help="Print the value alone, byte for byte.")
@json_flag
def show(place: str, value_only: bool, as_json: bool, **flags: Any) -> None:
    """Print one dead letter whole. PLACE is its position as `list` prints it: topic-partition-offset."""
    with closing(_letters(flags)) as letters:
        letter = next((letter for letter in letters if letter.place == place), None)
    if letter is None:
        raise DataError(f"there is no dead letter at {place}; `sentiment dlq list` names those there are")
    if value_only:
        sys.stdout.buffer.write(letter.record.value or b"")
    elif as_json:
        click.echo(msgspec.json.encode(_told(letter)))
    else:
        for line in _whole(letter):
            click.echo(line)


@dlq.command("replay")
@_of_the_topic
@broker_options.topic("reviews")
@reasons_flag
@click.option(
    "--group", default=GROUP, show_default=True, help="Consumer group whose offsets say what has been processed."
)
@broker_options.result_bytes
@click.option("--new-group", is_flag=True, help="The group is new to the broker: send all dead letters.")
@click.option(
    "--idle",
    type=click.FloatRange(min=0),
    default=REPLAY_IDLE,
    show_default=True,
    help="Stop after this many seconds without a dead letter.",
)
@json_flag
def send_again(group: str, reasons: tuple[str, ...], idle: float, as_json: bool, **flags: Any) -> None:
    """Send dead letters to the topic of the reviews as they came, each exactly once.

    Dead letters that the group has processed are not sent again, nor are those that --reason left out; another --group
    starts from the beginning. A new group needs --new-group, because the broker may only have forgotten the group. A
    review that still can't be classified comes back as a new dead letter, which waits for the next replay.
    """
    limits = Limits(result_bytes=flags["result_bytes"])
    cluster = _cluster(flags, "dead_letters_topic", "reviews_topic", limits=limits)
    topic, target = flags["dead_letters_topic"], _target(cluster, flags["reviews_topic"], limits)
    _require_memory(cluster, group, topic, flags["new_group"])
    limits = Limits(result_bytes=min(limits.result_bytes, target.most_bytes))  # what a batch is gathered to
    cluster = broker_options.cluster(flags["client"], broker_options.connection(flags["bootstrap_servers"]), limits)
    sent = passed_over = too_large = 0
    with closing(cluster.join(Group(group, "dlq-replay", topic))) as broker:
        for more in replay(broker, target, _of(reasons), idle):
            sent, passed_over = sent + more.sent, passed_over + more.passed_over
            too_large += len(more.too_large)
            for place in more.too_large:
                click.echo(f"{place} is too large for {target.topic}: the most is {target.most_bytes:,}", err=True)
        broker.leave()
    if as_json:
        click.echo(msgspec.json.encode({"sent": sent, "passed_over": passed_over, "too_large": too_large}))
    else:
        click.echo(f"sent again: {sent:,}; passed over: {passed_over:,} (too large: {too_large:,})")
        if passed_over:
            told = f"those passed over count as processed in the group {group}"
            click.echo(f"{told}; `--group NAME --new-group` starts again with all dead letters")


def _target(cluster: Cluster, topic: str, limits: Limits) -> Target:
    """What the topic takes, or the client sends, as one record."""
    return Target(topic, min(limits.sent_bytes, room(cluster.configs([topic]), topic, limits.sent_bytes)))


def _of(reasons: tuple[str, ...]) -> Callable[[DeadLetter], bool]:
    """Whether a dead letter has one of the reasons, or any where none is named."""
    return lambda letter: not reasons or letter.reason in reasons


def _require_memory(cluster: Cluster, group: str, topic: str, new: bool) -> None:
    """SettingError where the group would begin with the oldest dead letter without having been told to, or can't."""
    known = cluster.knows(group, topic)
    if new and known:
        raise SettingError(f"the group {group} has processed {topic} before: leave --new-group out")
    if not new and not known and (records := cluster.waiting(group, topic)):
        raise SettingError(
            f"the broker has nothing on record for the group {group}: either it has not processed {topic} yet, or the "
            "broker has forgotten it (after its offsets.retention.minutes); "
            f"--new-group sends everything there is, up to {records:,} records"
        )


def _cluster(flags: dict[str, Any], *topics: str, limits: Limits | None = None) -> Cluster:
    cluster = broker_options.cluster(flags["client"], broker_options.connection(flags["bootstrap_servers"]), limits)
    require_topics(cluster, tuple(flags[topic] for topic in topics))
    return cluster


def _letters(flags: dict[str, Any]) -> Generator[DeadLetter]:
    return dead_letters(_cluster(flags, "dead_letters_topic"), flags["dead_letters_topic"])


def _told(letter: DeadLetter) -> dict[str, Any]:
    """For programs. Bytes that are no UTF-8 are told in base64, under a name that says so."""
    record = letter.record
    told: dict[str, Any] = {
        "place": letter.place,
        "origin": letter.origin,
        "reason": letter.reason,
        "detail": letter.detail,
    }
    told |= {"timestamp": time_of(record.timestamp_ms), **_bytes("key", record.key), **_bytes("value", record.value)}
    return told | {"headers": [{"name": plain(name), **_bytes("value", value)} for name, value in record.headers]}


def _bytes(name: str, value: bytes | None) -> dict[str, str | None]:
    try:
        return {name: None if value is None else value.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(value or b"").decode()}


def _line(letter: DeadLetter) -> str:
    """One line of the terminal's width."""
    value = one_line(_shown(letter.record.value))
    return fitting(f"{letter.place}  {one_line(letter.reason):17}  {value}")


def _whole(letter: DeadLetter) -> list[str]:
    record = letter.record
    return [
        f"place   {letter.place}, {time_of(record.timestamp_ms) or 'without a time'}",
        f"came    from {one_line(letter.origin)}",
        f"reason  {one_line(letter.reason)}: {one_line(letter.detail)}",
        f"key     {_shown(record.key)}",
        *(f"header  {plain(name)}: {_shown(value)}" for name, value in record.headers),
        "value",
        _shown(record.value),
    ]


def _shown(value: bytes | None) -> str:
    return "(none)" if value is None else plain(value.decode(errors="backslashreplace"))
