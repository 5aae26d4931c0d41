"""A model's report as a reader sees it: nothing is hidden beyond the edge of a desktop's window."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from spark_jobs.report import write_report
from tests.spark.reported import EXTRAS, complete, score_rows, tiny_classifier

CUT_OFF = "[...document.querySelectorAll('.wide')].filter(table => table.scrollWidth > table.clientWidth).length"


def test_all_columns_of_all_tables_are_in_sight(browser: Browser, tmp_path: Path) -> None:
    classifier = tiny_classifier(tmp_path)
    scored = score_rows(classifier)
    write_report(tmp_path, complete(classifier, scored), scored, classifier, EXTRAS)
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.goto((tmp_path / "report.html").as_uri())
    assert page.get_by_role("columnheader", name="Sure of").count() == 1
    assert page.evaluate(CUT_OFF) == 0
    page.close()
