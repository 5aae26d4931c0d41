"""A column is found by its name, and never taken for another."""

from __future__ import annotations

import pytest

from sentiment.columns import TEXT_COLUMNS, answer_columns, find_column
from sentiment.errors import DataError


@pytest.mark.parametrize(
    ("columns", "wanted", "found"),
    [
        (["id", "Review", "text"], None, "text"),  # the likeliest name first, wherever it stands
        (["\ufeffREVIEW", "id"], None, "\ufeffREVIEW"),
        (["text", "Text"], None, "text"),
        (["TEXT", "Text", "text"], "Text", "Text"),
        ([" Synopsis "], "synopsis", " Synopsis "),
        (["title"], None, None),
        (["text"], "title", None),
    ],
)
def test_the_name_to_the_letter_goes_first(columns: list[str], wanted: str | None, found: str | None) -> None:
    assert find_column(columns, TEXT_COLUMNS, wanted) == found


def test_two_that_only_differ_in_case_are_not_chosen_from() -> None:
    with pytest.raises(DataError, match="which column is text: Text or TEXT"):
        find_column(["Text", "TEXT"], TEXT_COLUMNS)


def test_an_answer_never_has_a_name_of_the_files() -> None:
    names = answer_columns(["Label", "predicted_label", "confidence"])
    assert names["label"] == "predicted_predicted_label"
    assert names["confidence"] == "predicted_confidence"
    assert names["probability"] == "probability"
