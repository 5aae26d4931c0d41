"""What people do with the page, done in a browser against everything running."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Come
from tests.browser.stack import Stack
from ui.words import LANGUAGES, words_of

PAGES = ("", "file", "live", "label", "model")
ESTABLISHED = "01"  # in /proc/net/tcp
HOSTILE = "a wonderful film <script>window.taken = 1; alert(1)</script><img src=x onerror=alert(2)>"


def ask(page: Page, text: str, language: str = "en") -> None:
    words = words_of(language)
    page.get_by_label(words("try.text"), exact=True).fill(text)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name=words("try.why"))).to_be_visible()


def figure(page: Page, label: str) -> int:
    metric = page.get_by_test_id("stMetric").filter(has_text=label)
    return int(metric.get_by_test_id("stMetricValue").inner_text().replace(",", ""))


def test_a_typed_review_gets_its_label_and_its_terms_are_shaded(come: Come) -> None:
    page = come().open()
    ask(page, "Not bad, wonderful even, but zzz boring")
    expect(page.get_by_role("heading", name=re.compile(r"^Positive \d+\.\d% sure$"))).to_be_visible()
    assert page.locator("mark.for").all_inner_texts() == ["Not", "wonderful"]
    assert page.locator("mark.against").all_inner_texts() == ["bad,", "boring"]
    assert "zzz" in page.locator(".review .unknown").all_inner_texts()
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()


def test_a_typed_review_is_still_there_after_a_look_at_another_page(come: Come) -> None:
    page = come().open()
    ask(page, "Not bad, wonderful even")
    for path, title in (("model", "model.title"), ("", "try.title")):
        page.get_by_role("link", name=words_of("en")(f"{path or 'try'}.menu"), exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(words_of("en")(title))
    expect(page.get_by_label("Review", exact=True)).to_have_value("Not bad, wonderful even")
    expect(page.get_by_role("heading", name="Positive")).to_be_visible()


def test_a_file_goes_in_and_the_scored_one_comes_out(come: Come, tmp_path: Path) -> None:
    page = come().open("file")
    source = tmp_path / "reviews.csv"
    source.write_text("film,text\nAlien,wonderful\nHeat,\nHeat,awful\n", "utf-8")
    page.locator("input[type=file]").set_input_files(source)
    page.get_by_role("button", name="Score it").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the scored file").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text("utf-8").splitlines()))
    assert [(row["film"], row["label"]) for row in rows] == [("Alien", "positive"), ("Heat", ""), ("Heat", "negative")]
    assert download.value.suggested_filename == "scored-reviews.csv"


def test_live_numbers_move_while_reviews_arrive(come: Come, stack: Stack) -> None:
    page = come().open("live")
    expect(page.get_by_text("Connected since")).to_be_visible()
    results, dead = figure(page, "Results"), figure(page, "Dead letters")
    stack.send([b'{"id": %d, "text": "a wonderful film", "film": "Alien"}' % n for n in range(30)] + [b'{"text": 1}'])
    expect(page.get_by_test_id("stMetric").filter(has_text="Results")).to_contain_text(str(results + 30))
    expect(page.get_by_test_id("stMetric").filter(has_text="Dead letters")).to_contain_text(str(dead + 1))


def test_a_script_in_a_review_is_text_wherever_it_is_shown(come: Come, stack: Stack) -> None:
    viewer = come()
    page = viewer.open()
    ask(page, HOSTILE)
    expect(page.locator("p.review")).to_contain_text("<script>window.taken")
    watching = viewer.open("live")
    expect(watching.get_by_text("Connected since")).to_be_visible()
    review = {"id": "hostile", "text": f"bad and good {HOSTILE}", "film": "<script>alert(3)</script>"}
    stack.send([json.dumps(review).encode()])
    expect(watching.get_by_test_id("stMetric").filter(has_text="Results")).not_to_contain_text(
        re.compile(r"^Results\s*0$")
    )
    labelling = viewer.open("label")
    expect(labelling.locator("p.plain").filter(has_text="<img src=x")).to_be_visible()
    assert labelling.evaluate("window.taken") is None
    assert viewer.dialogs == []


@pytest.mark.parametrize(("locale", "first", "other"), [("fr-CA", "fr", "en"), ("en-GB", "en", "fr")])
def test_the_browsers_language_comes_first_and_the_other_is_a_click_away(
    come: Come, locale: str, first: str, other: str
) -> None:
    page = come(locale=locale).open()
    expect(page.get_by_role("heading", level=1)).to_have_text(words_of(first)("try.title"))
    expect(page.locator("html")).to_have_attribute("lang", first)
    page.get_by_role("radio", name=LANGUAGES[other]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words_of(other)("try.title"))
    expect(page).to_have_title(f"{words_of(other)('try.title')} · review-sentiment")
    expect(page.locator("html")).to_have_attribute("lang", other)
    ask(page, "magnifique", other)


def test_two_viewers_share_one_reader(come: Come, page_process: int, stack: Stack) -> None:
    pages = [come().open("live")]
    expect(pages[0].get_by_text("Connected since")).to_be_visible()
    alone = lasting_connections(page_process, stack.servers)
    pages.append(come().open("live"))
    expect(pages[1].get_by_text("Connected since")).to_be_visible()
    assert lasting_connections(page_process, stack.servers) == alone != set()
    assert len({page.get_by_text("Connected since").inner_text() for page in pages}) == 1


def lasting_connections(process: int, server: str) -> set[str]:
    """The sockets by which a process is connected to a server for longer than a question takes."""
    port = f"{int(server.rpartition(':')[2]):04X}"
    samples = []
    for _ in range(10):
        lines = [line.split() for line in Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]]
        connected = {f"socket:[{line[9]}]" for line in lines if line[2].endswith(f":{port}") and line[3] == ESTABLISHED}
        samples.append(connected & set(open_files(process)))
        time.sleep(0.2)
    return set.intersection(*samples)


def open_files(process: int) -> Iterator[str]:
    for file in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            yield str(file.readlink())


def test_without_the_api_the_page_says_so_and_answers_when_it_is_back(come: Come, stack: Stack) -> None:
    page = come().open()
    stack.api.stop()
    try:
        page.get_by_label("Review", exact=True).fill("a wonderful film")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("can't be reached")).to_be_visible()
        expect(page.get_by_role("heading", name="Positive")).not_to_be_visible()
    finally:
        stack.api.start()
    page.get_by_role("button", name="Ask the model").click()
    expect(page.get_by_role("heading", name="Positive")).to_be_visible()


def test_a_broker_that_goes_and_comes_back_is_followed_again(come: Come, stack: Stack) -> None:
    page = come().open("live")
    expect(page.get_by_text("Connected since")).to_be_visible()
    stack.stream.stop()
    stack.broker.stop()
    try:
        expect(page.get_by_text("No connection to the stream")).to_be_visible(timeout=60_000)
        before = figure(page, "Results")
    finally:
        stack.broker.start()
        stack.stream.start()
    expect(page.get_by_text("Connected since")).to_be_visible(timeout=60_000)
    stack.send([b"a wonderful film"] * 7)
    expect(page.get_by_test_id("stMetric").filter(has_text="Results")).to_contain_text(str(before + 7), timeout=60_000)


def settle(page: Page) -> None:
    """Wait until the page's script has run to its end, and for what it drew to come to rest."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.wait_for_timeout(1_000)


@pytest.mark.parametrize("path", PAGES)
def test_on_a_phone_nothing_is_wider_than_the_screen(come: Come, path: str) -> None:
    page = come(viewport={"width": 360, "height": 740}).open(path)
    if path == "":
        ask(page, "Not bad, wonderful even, but zzz boring " * 5)
    settle(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_screen_reader_finds_labels_and_eyes_find_contrast(come: Come, path: str, scheme: str) -> None:
    page = come(color_scheme=scheme).open(path)
    if path == "":
        ask(page, "Not bad, wonderful even, but zzz boring")
    if path == "live":
        page.get_by_text("Keep updating").click()  # what is being drawn anew is pale for a moment
    settle(page)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == []
