"""What a part of `make bench` is given: texts, folders, and the way to measure contestants side by side."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.progress import Progress

from benchmarks.rows import prepare, read
from benchmarks.series import Measure, Series

REVIEWS = 2000  # IMDB reviews that all parts share
MOST_SECONDS = 480.0  # of a part's rounds: one that would not end in time is not begun


@dataclass(frozen=True)
class Context:
    """`home` keeps environments, logs and scratch files; `models` is the folder of the model that all serve."""

    home: Path
    models: Path
    data: Path  # folder of labelled Parquet files
    rounds: int
    progress: Progress
    rows: list[Series] = field(default_factory=list)  # the table's, of this part
    most_seconds: float = MOST_SECONDS

    @functools.cached_property
    def reviews_file(self) -> Path:
        """Cleaned IMDB reviews (text, label), about 1,300 bytes each, the same ones for every part."""
        return prepare(self.data, self.home / "reviews", REVIEWS).train / "imdb-train.parquet"

    @functools.cached_property
    def texts(self) -> list[str]:
        """The texts of `reviews_file`."""
        return read(self.reviews_file).texts

    def interleave(self, contestants: Mapping[str, Measure]) -> dict[str, Series]:
        """Measure each contestant once a round, one after the other, so that a busy moment hits all alike.

        One that raises is out. There is one round at least, and none that would probably not end in time.
        """
        series = {name: Series(name) for name in contestants}
        task = self.progress.add_task("", total=self.rounds * len(contestants))
        began = time.monotonic()
        for done in range(self.rounds):
            if done and (time.monotonic() - began) / done * (done + 1) > self.most_seconds:
                break
            for name, measure in contestants.items():
                self.progress.update(task, description=name)
                series[name] = series[name].followed_by(measure)
                self.progress.advance(task)
        self.progress.remove_task(task)
        self.rows.extend(series.values())
        return series
