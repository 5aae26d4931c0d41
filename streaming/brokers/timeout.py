"""A limit on what has none of its own, or does not keep it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread


def within(seconds: float, act: Callable[[], object]) -> None:
    """Run `act` in a thread of its own; what it raises is raised here. TimeoutError after `seconds`, and it runs on."""
    done: Future[None] = Future()

    def run() -> None:
        try:
            act()
            done.set_result(None)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            done.set_exception(error)

    Thread(target=run, daemon=True).start()
    done.result(seconds)
