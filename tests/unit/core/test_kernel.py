"""The compiled scorer: by the definition to the last bit, within its arrays on any bytes, compiled once for all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sentiment import kernel, packing
from sentiment.compiled import compiled
from sentiment.explanation import because, explain_text, term_texts
from sentiment.lanes import WIDTH
from sentiment.results import Because
from sentiment.scoring import Scorer
from sentiment.tables import MARKED, SLOTS, Tables, make_tables
from sentiment.textrule import TextRule, default_text_rule
from tests.tiny import INTERCEPT, plain_buckets, plain_margin
from tests.unit.core.test_lanes import KINDS

TOKENS = ["good", "bad", "film", "'", "/", "8/10", "d'été", "😀", "extraordinarily", "x" * 23, "y" * 24, "z" * 40, "É"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.lists(st.sampled_from(TOKENS), max_size=600).map(
    " ".join
)
SIZES = [(64, 1), (1 << 18, 3), (1 << 24, 8)]


def tables_of(rule: TextRule, buckets: int, weights: dict[int, float]) -> Tables:
    kept = np.array(sorted(weights), np.uint32)
    coefficients = np.array([weights[bucket] for bucket in kept.tolist()], np.float64)
    rule_tables = (rule.kinds(), rule.folds(), rule.max_order)
    return make_tables(rule_tables, (buckets, kept), (coefficients, INTERCEPT))


@pytest.mark.parametrize(("buckets", "max_order"), SIZES)
@given(text=TEXTS)
@example(" ".join(["one", "two", "three", "four"] * 200))
@example(" ".join(f"w{number}" for number in range(1_000)))
@example("a" * 5_000)
def test_margins_counts_and_explanations_are_those_of_the_definition(buckets: int, max_order: int, text: str) -> None:
    rule = default_text_rule(max_order)
    distinct = plain_buckets(text, rule, buckets)
    weights = {bucket: (bucket % 1013) / 7 - 70 for bucket in distinct[::2]}
    scorer = Scorer(tables_of(rule, buckets, weights))
    margins, counts = scorer.score([text])
    assert counts.tolist() == [[len(distinct), len(weights)]]
    assert margins[0] == plain_margin(text, rule, weights, buckets)
    explanation = explain_text(text, scorer, [""] * len(weights))
    assert [term.bucket for term in explanation.terms] == sorted(weights)
    assert explanation.margin == margins[0]
    strongest = tuple(Because(term.text, term.weight) for term in explanation.strongest(5))
    assert because(text, scorer, 5) == strongest
    assert {rank for rank, _ in term_texts(text, scorer)} == set(range(len(weights)))


@pytest.mark.parametrize("kind", KINDS)
def test_marks_are_listed_in_their_order_by_any_processor(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "packing", lambda: kind)
    list_marked = compiled(kernel.list_marked.py_func)

    @given(st.sets(st.integers(0, 5 * MARKED - 1)))
    @example(set(range(5 * MARKED)))
    def listed(places: set[int]) -> None:
        marks, marked, out = np.zeros(5 * MARKED, np.uint32), np.zeros(5, np.uint64), np.zeros(6 * MARKED, np.uint32)
        marks[list(places)] = 1 << 31
        assert out[: list_marked(marks, marked, out)].tolist() == sorted(places)

    listed()


@pytest.mark.parametrize("shared", [0, 16, 21])
def test_distinct_buckets_are_counted_and_nothing_is_written_beyond_them(shared: int) -> None:
    different = np.arange(1 << min(24 - shared, 8), dtype=np.uint32) << np.uint32(shared)
    buckets = np.concatenate([different, different, different[-1:]])  # one more than a multiple of WIDTH
    beyond = np.full(64, 7, np.uint32)
    memory = np.concatenate([buckets, np.zeros(WIDTH, np.uint32), beyond])
    size = max(4 * len(buckets), SLOTS)
    slots = np.append(np.full(size, 0xFFFFFFFF, np.uint32), beyond)
    assert kernel.distinct(memory, len(buckets), slots) == len(different)
    assert np.array_equal(slots[size:], beyond)
    assert memory[-len(beyond) :].tolist() == beyond.tolist()


def test_nothing_is_read_or_written_beyond_an_array_whatever_the_bytes(tmp_path: Path) -> None:
    environment = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    said = _run(environment, "-m", "tests.unit.core.any_bytes")
    assert said == "2000 texts of arbitrary bytes, and bounds are checked"


def test_a_second_process_does_not_compile_but_after_a_change(tmp_path: Path) -> None:
    environment = {"NUMBA_CACHE_DIR": str(tmp_path)}
    told = (
        "from sentiment import entries, library; print([entry.cache_hits for entry in entries.entries({}).values()])"
    ).format
    assert _run(environment, "-c", told("library.fingerprint()")) == "[0, 0]"
    assert _run(environment, "-m", "cli", "models", "compile") == "compiled: score, walk"
    assert _run(environment, "-c", told("library.fingerprint()")) == "[1, 1]"
    assert _run(environment, "-c", told("'f' * 64")) == "[0, 0]"


def _run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
