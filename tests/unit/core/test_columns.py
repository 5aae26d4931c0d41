"""A column is found by its name, and never taken for another."""

from __future__ import annotations

import pytest

from sentiment.columns import TEXT_COLUMNS, answer_columns, find_column, label_of, refuse_scale
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


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ({"1": 40, "2": 20, "4": 20, "5": 60}, "1, 2, 4, 5"),
        ({"-1": 50, "0": 10, "1": 50}, "-1, 0, 1"),
        ({"0.0": 50, "4.0": 50}, "0, 4"),
        ({"1": 50, "2": 50, "no": 3}, "1, 2"),
    ],
)
def test_numbers_of_a_scale_are_not_taken_for_labels(rows: dict[str, int], shown: str) -> None:
    with pytest.raises(DataError, match=rf"^a\.csv: the labels are a scale, with {shown} on it: write 1 for positive"):
        refuse_scale(rows, "a.csv")


@pytest.mark.parametrize(
    "rows",
    [
        {"1": 50, "0": 49, "11": 1},  # a slip of the hand
        {"1.00": 1, "0": 1, "True": 1, "nan": 1, "inf": 1, "neutral": 9},
        {"positive": 5, "negative": 5, "3": 5},
        {},
    ],
)
def test_labels_that_are_no_scale_are_taken_as_they_are(rows: dict[str, int]) -> None:
    refuse_scale(rows, "a.csv")


def test_a_label_may_be_a_number_with_decimals() -> None:
    assert [label_of(label) for label in ("1.00", 0.0, True, " Pos ", "négatif", "2", None)] == [
        1,
        0,
        1,
        1,
        0,
        None,
        None,
    ]
