"""One broker, stream, API and page for the whole run, and a browser that opens it for new viewers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import browsing, chromium, visit
from tests.browser.stack import Stack
from tests.evaluated import write_evaluated_model
from tests.lacking import lacking

expect.set_options(timeout=30_000)


@dataclass
class Viewer:
    """A page in a browser of its own, and what it did that it should not."""

    page: Page
    address: str
    elsewhere: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._note)
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def _note(self, request: Any) -> None:
        asked = urlsplit(request.url)
        if asked.netloc not in ("", urlsplit(self.address).netloc):
            self.elsewhere.append(request.url)

    def open(self, path: str = "") -> Page:
        visit(self.page, f"{self.address}/{path}")
        return self.page


Come = Callable[..., Viewer]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("browser")
    with Stack(folder, write_evaluated_model(folder / "models")).running() as stack:
        yield stack


@pytest.fixture(scope="session")
def page_process(stack: Stack) -> Iterator[int]:
    """The process id of the page's server."""
    with stack.page() as process:
        yield process.pid


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if chromium() is None:
        lacking("no chromium on this machine: apt-get install chromium")
    with browsing() as browser:
        yield browser


@pytest.fixture
def come(browser: Browser, stack: Stack, page_process: int) -> Iterator[Come]:
    """A function that brings a new viewer; none of them may have asked any other host for anything."""
    viewers: list[Viewer] = []

    def viewer(**options: Any) -> Viewer:
        usual = {"locale": "en-US", "viewport": {"width": 1280, "height": 900}}
        viewers.append(Viewer(browser.new_context(**usual | options).new_page(), stack.page_address))
        return viewers[-1]

    yield viewer
    for each in viewers:
        each.page.context.close()
    assert [url for each in viewers for url in each.elsewhere] == []
