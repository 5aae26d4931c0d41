"""Leaving a group for good. No client lets a static member leave: the group is asked to strike it off."""

from __future__ import annotations

from contextlib import closing, suppress

from kafka import KafkaAdminClient
from kafka.admin import MemberToRemove
from kafka.errors import KafkaError

from streaming.brokers.kafka_python_plain import client_options
from streaming.brokers.opening import opened
from streaming.brokers.seam import Group
from streaming.settings import Connection


def leave(connection: Connection, group: Group, member_id: str) -> None:
    """Never raises: a member that can't be struck off now is so when its session ends.

    The member id keeps a successor of the same name in the group.
    """
    with suppress(KafkaError), closing(opened(KafkaAdminClient, **client_options(connection))) as admin:
        admin.remove_group_members(group.name, [MemberToRemove(member_id, group.instance)])
