"""`make screenshots`: each page as people see it, with the model in use and reviews that flow, as small PNGs."""

from __future__ import annotations

import io
import itertools
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from cli.demo.reviews import BROKEN
from cli.files import read_rows
from streaming.producing import paced
from tests.browser.chromium import browsing, visit
from tests.browser.stack import Stack
from ui.examples import EXAMPLES
from ui.words import words_of

PROJECT = Path(__file__).parents[2]
IMAGES = PROJECT / "docs" / "images"
MODELS = Path("models")  # as it is shown on the page
STARTER = ("data/imdb-train.parquet", "data/allocine-train.parquet")
FILMS = ("Amélie", "Alien", "Heat", "Intouchables")
COLOURS = 128
FLOWING_SECONDS = 45
A_SECOND = 20


class Picture(NamedTuple):
    """A page to take; `prepare` brings it into the state to show, in the language of the locale."""

    name: str
    path: str
    prepare: Callable[[Page], None]
    size: tuple[int, int] = (1100, 900)
    locale: str = "en-US"
    dark: bool = False


def try_example(name: str, language: str) -> Callable[[Page], None]:
    def prepare(page: Page) -> None:
        words = words_of(language)
        page.get_by_label(words("try.text"), exact=True).fill(EXAMPLES[name])
        page.keyboard.press("Control+Enter")
        expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()

    return prepare


def score_starter_data(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(PROJECT / STARTER[1])
    page.get_by_role("button", name="Score it").click()
    expect(page.get_by_role("button", name="Download the scored file")).to_be_visible()


def wait_for_figures(page: Page) -> None:
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()


PICTURES = (
    Picture("try", "", try_example("en_mixed", "en"), (1100, 1150)),
    Picture("try-phone-fr", "", try_example("fr_negation", "fr"), (390, 1250), "fr-FR"),
    Picture("file", "file", score_starter_data),
    Picture("live", "live", wait_for_figures, (1100, 1250)),
    Picture("live-dark-fr", "live", wait_for_figures, (1100, 1250), "fr-FR", dark=True),
    Picture("label", "label", lambda page: expect(page.get_by_text("The model said").first).to_be_visible()),
    Picture("model", "model", wait_for_figures, (1100, 1500)),
)


def reviews() -> Iterator[bytes]:
    """Starter reviews of both languages in turn, each of some film, and now and then something broken."""
    broken = itertools.cycle(filter(None, BROKEN))
    rows = itertools.chain.from_iterable(zip(*(read_rows(str(PROJECT / name)) for name in STARTER), strict=False))
    for number, (row, film) in enumerate(zip(rows, itertools.cycle(FILMS), strict=False)):
        yield msgspec.json.encode({"id": f"review-{number}", "film": film, "text": row["text"]})
        if number % 30 == 0:
            yield next(broken)


def take(browser: Browser, address: str, picture: Picture) -> None:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=picture.locale,
        color_scheme="dark" if picture.dark else "light",
    )
    page = context.new_page()
    visit(page, f"{address}/{picture.path}")
    picture.prepare(page)
    page.wait_for_timeout(2_500)  # for charts to settle
    shot = Image.open(io.BytesIO(page.screenshot()))
    shot.quantize(COLOURS).save(IMAGES / f"{picture.name}.png", optimize=True)
    context.close()


@contextmanager
def flowing(stack: Stack) -> Iterator[None]:
    """Reviews arrive while the block runs."""
    over = threading.Event()
    values = itertools.takewhile(lambda _: not over.is_set(), paced(reviews(), A_SECOND))
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(stack.send, values)
        try:
            yield
        finally:
            over.set()
        sent.result()


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=120_000)
    with (
        tempfile.TemporaryDirectory() as folder,
        Stack(Path(folder), MODELS).running() as stack,
        stack.page(),
        browsing() as browser,
    ):
        take(browser, stack.page_address, PICTURES[0])  # the first viewer makes the reader
        with flowing(stack):
            time.sleep(FLOWING_SECONDS)
            for picture in PICTURES[1:]:
                take(browser, stack.page_address, picture)


if __name__ == "__main__":
    main()
