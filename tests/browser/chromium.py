"""Debian's chromium, headless, which neither calls home nor looks for updates."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as Waited

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NETWORK_CHANGED = "net::ERR_NETWORK_CHANGED"
LOOKS, LOOK_MILLISECONDS = 9, 10_000


def chromium() -> str | None:
    return shutil.which("chromium")


@contextmanager
def browsing() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def visit(page: Page, address: str) -> None:
    """Open an address and wait for its heading.

    Where a network interface comes or goes, that of a container for instance, chromium drops what it is loading from
    this machine too. Then the address is opened once more.
    """
    dropped: list[str | None] = []
    page.on("requestfailed", lambda request: dropped.append(request.failure))
    page.goto(address)
    heading = page.get_by_role("heading", level=1)
    for _ in range(LOOKS):
        with suppress(Waited):
            heading.wait_for(timeout=LOOK_MILLISECONDS)
            return
        if NETWORK_CHANGED in dropped:
            dropped.clear()
            page.goto(address)
    expect(heading).to_be_visible()
