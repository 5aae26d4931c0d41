"""How soon the page is there, and what an hour of a live stream costs it in memory.

`python -m benchmarks.page` prints one JSON object. The hour is simulated: results carry the times of an hour that
passes as fast as they can be folded in, 1,000 a second, through the very object that the page's one reader feeds.
"""

from __future__ import annotations

import itertools
import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from cli.files import read_rows
from sentiment import Classifier
from sentiment.results import Source, result
from streaming.brokers.seam import Record
from ui.live.stream import Stream

START = 1_700_000_000
STARTER = "data/imdb-train.parquet"
TEXTS = 2_000  # of different reviews


def results(model: Path) -> list[bytes]:
    """What the stream door sends for reviews of the starter data, with reasons."""
    classifier = Classifier.load(model)
    texts = [row["text"] for row in itertools.islice(read_rows(STARTER), TEXTS)]
    return [
        msgspec.json.encode(
            result(
                prediction,
                classifier.version,
                {"id": f"{place}", "film": f"film {place % 50}", "text": text},
                id=str(place),
                source=Source("reviews", 0, place),
                because=classifier.because(text),
            )
        )
        for place, (text, prediction) in enumerate(zip(texts, classifier.predict(texts), strict=True))
    ]


def seconds_of(values: list[bytes], seconds: int, rate: int) -> Iterator[tuple[int, list[Record]]]:
    """Each second's records."""
    endless = itertools.cycle(values)
    for second in range(START, START + seconds):
        yield (
            second,
            [Record("sentiment", 0, 0, None, value, [], second * 1000) for value in itertools.islice(endless, rate)],
        )


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * resource.getpagesize()


def measure_hour(model: Path, seconds: int, rate: int) -> dict[str, float]:
    """Resident memory before, after a minute (the rings of latest results are full) and at the end."""
    values = results(model)
    before, started = resident_bytes(), time.process_time()
    stream, after_a_minute = Stream("dlq.reviews", START), 0
    for second, records in seconds_of(values, seconds, rate):
        stream.add(records, second)
        if second == START + 60:
            after_a_minute = resident_bytes()
    used = time.process_time() - started
    last = stream.look(START + seconds - 1, seconds).last
    return {
        "results": int(last.results.sum()),
        "grown_in_a_minute_mb": round((after_a_minute - before) / 1e6, 1),
        "grown_in_all_mb": round((resident_bytes() - before) / 1e6, 1),
        "us_a_result": round(1e6 * used / (seconds * rate), 1),
        "share_of_a_core_at_this_rate": round(used / seconds, 3),
    }


def measure_paint(address: str, views: int) -> dict[str, float]:
    """Seconds until a new viewer sees something, and until the page's heading and text field are there: medians."""
    from tests.browser.chromium import browsing

    with browsing() as browser:
        pairs = []
        for _ in range(views):
            page = browser.new_context().new_page()
            started = time.monotonic()
            page.goto(address)
            page.get_by_role("heading", level=1).wait_for()
            page.locator("textarea").wait_for()
            whole = time.monotonic() - started
            first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
            pairs.append((first, whole))
            page.context.close()
    firsts, wholes = (sorted(each)[len(each) // 2] for each in zip(*pairs, strict=True))
    return {"first_paint_s": round(firsts, 2), "usable_s": round(wholes, 2)}


@click.command()
@click.option("--model", type=click.Path(path_type=Path), default=Path("models"), show_default=True)
@click.option(
    "--seconds", type=click.IntRange(min=61), default=3600, show_default=True, help="Of the simulated stream."
)
@click.option("--rate", default=1000, show_default=True, help="Results a second.")
@click.option("--page", help="Address of a running page; without it, first paint is not measured.")
@click.option("--views", default=5, show_default=True)
def main(model: Path, seconds: int, rate: int, page: str | None, views: int) -> None:
    """Measure the page."""
    figures = measure_paint(page, views) if page else {}
    click.echo(json.dumps(figures | measure_hour(model, seconds, rate)))


if __name__ == "__main__":
    main()
