"""Contestants are measured in turn, a failure is one row's, and a day's file keeps what was not measured again."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from benchmarks import telling
from benchmarks.context import Context
from benchmarks.series import Figures, Series, ratio
from benchmarks.telling import Measured, table, write


def context_of(tmp_path: Path, rounds: int) -> Context:
    return Context(tmp_path, tmp_path, tmp_path, rounds, Progress(console=Console(quiet=True)))


def test_each_round_measures_each_contestant_once(tmp_path: Path) -> None:
    called: list[str] = []
    context = context_of(tmp_path, rounds=2)

    def measure(name: str) -> Figures:
        called.append(name)
        return {"s": float(len(called))}

    series = context.interleave({"ours": lambda: measure("ours"), "peer": lambda: measure("peer")})
    assert called == ["ours", "peer", "ours", "peer"]
    assert series["peer"].values("s") == [2.0, 4.0]
    assert context.rows == list(series.values())


def test_no_round_is_begun_that_would_not_end_in_time(tmp_path: Path) -> None:
    context = replace(context_of(tmp_path, rounds=5), most_seconds=0.0)
    assert len(context.interleave({"ours": lambda: {"s": 1.0}})["ours"].rounds) == 1


def test_a_contestant_that_fails_is_out_and_its_ratios_are_no_numbers(tmp_path: Path) -> None:
    answers = itertools.chain([{"s": 1.0}], iter(lambda: {}["s"], None))
    context = context_of(tmp_path, rounds=3)
    series = context.interleave({"ours": lambda: {"s": 1.0}, "peer": lambda: next(answers)})
    assert series["peer"] == Series("peer", error="KeyError: 's'")
    assert len(series["ours"].rounds) == 3
    assert math.isnan(ratio(series["ours"], series["peer"], "s"))


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    ours = Series("ours", ({"s": 10.0}, {"s": 2.0}, {"s": 30.0}))
    peer = Series("peer", ({"s": 5.0}, {"s": 2.0}, {"s": 10.0}))
    assert ratio(ours, peer, "s") == 2.0


def test_a_part_that_is_measured_again_replaces_itself_alone(tmp_path: Path) -> None:
    rows = [Series("ours", ({"s": 1.0}, {"s": 3.0})), Series("peer", error="it broke")]
    write({"one": Measured({"ours/peer": None}, rows), "two": Measured({"a/b": 1.0}, rows[:1])}, tmp_path)
    path = write({"two": Measured({"a/b": 2.0}, rows[:1])}, tmp_path)
    found = json.loads(path.read_text())["parts"]
    assert {part: measured["ratios"] for part, measured in found.items()} == {
        "one": {"ours/peer": None},
        "two": {"a/b": 2.0},
    }
    assert path.with_suffix(".png").stat().st_size > 0


def test_what_another_machine_measured_that_day_stays_in_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [Series("ours", ({"s": 1.0},))]
    first = write({"one": Measured({"a/b": 1.0}, rows)}, tmp_path)
    monkeypatch.setattr(telling, "machine", lambda: {"processor": "other"})
    for value in (2.0, 3.0):
        again = write({"one": Measured({"a/b": value}, rows)}, tmp_path)
    assert again == first.with_name(f"{first.stem}-other.json")
    assert [json.loads(path.read_text())["parts"]["one"]["ratios"]["a/b"] for path in (first, again)] == [1.0, 3.0]


def test_the_table_has_medians_and_errors() -> None:
    rows = [Series("ours", ({"s": 1.0}, {"s": 3.0})), Series("peer", error="it broke")]
    console = Console(width=100, record=True, quiet=False, file=None)
    with console.capture() as shown:
        console.print(table({"one": Measured({"ours/peer": None}, rows)}))
    assert "2.000" in shown.get()
    assert "it broke" in shown.get()
