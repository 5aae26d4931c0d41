"""What every page is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ui.client import Api
from ui.files import ScoreFile
from ui.live.follower import Follower
from ui.live.source import Source
from ui.words import Words


@dataclass(frozen=True)
class Reach:
    """What the page reaches, brought by whoever starts it."""

    api: Api
    source: Source
    score_file: ScoreFile
    models: Path


@dataclass(frozen=True)
class Context:
    """One viewer's run of a page."""

    words: Words
    reach: Reach
    follower: Follower
