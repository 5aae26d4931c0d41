"""What the clients log again and again while a broker is away."""

from __future__ import annotations

import logging
import math
import re
import time

REPEAT_SECONDS = 10.0


class Repeats(logging.Filter):
    """Lets a line through once in REPEAT_SECONDS, whatever numbers are in it.

    Both clients tell of each attempt to connect, of which librdkafka makes dozens a second.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        line, now = re.sub(r"\d+", "", record.getMessage()), time.monotonic()
        if now - self._told.get(line, -math.inf) < REPEAT_SECONDS:
            return False
        self._told = {told: at for told, at in self._told.items() if now - at < REPEAT_SECONDS} | {line: now}
        return True


REPEATS = Repeats()
