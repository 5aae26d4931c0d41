"""Clients of kafka-python, opened whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Client = TypeVar("Client")


def opened(kind: Callable[..., Client], *topics: str, **options: Any) -> Client:
    """A client of that kind.

    A constructor starts a thread, opens sockets and then asks the brokers. Where it raises, nobody has a client to
    close, and these would stay until the process ends: so they are closed here.
    """
    networks: list[Any] = []

    def network(**given: Any) -> Any:
        networks.append(kind.DEFAULT_CONFIG["kafka_client"](**given))  # type: ignore[attr-defined]
        return networks[-1]

    with undone_if_it_fails(lambda: [each.close() for each in networks]):
        return kind(*topics, kafka_client=network, **options)


@contextmanager
def undone_if_it_fails(undo: Callable[[], object]) -> Iterator[None]:
    """Undo what was begun before it where what follows raises."""
    try:
        yield
    except BaseException:
        undo()
        raise
