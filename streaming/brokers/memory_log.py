"""What the in-memory cluster writes down: entries, their transactions, and what is known of a group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from streaming.brokers.seam import Partition, Record

if TYPE_CHECKING:
    from streaming.brokers.memory import MemoryBroker


@dataclass
class Transaction:
    """Decides whether the records written under it are seen."""

    state: Literal["open", "committed", "aborted"] = "open"


class Entry(NamedTuple):
    """A record in a partition's log and the transaction that it belongs to."""

    record: Record
    transaction: Transaction


@dataclass
class GroupState:
    """Who is in a group, under which generation, and how far it has committed."""

    generation: int = 0
    members: dict[str, MemoryBroker] = field(default_factory=dict)
    committed: dict[Partition, int] = field(default_factory=dict)


class Membership(NamedTuple):
    """The member and the generation under which a batch was read."""

    member: MemoryBroker
    generation: int
