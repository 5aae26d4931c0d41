"""Which buckets have a coefficient: what a search among the kept ones finds, however they are spread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sentiment.lanes import WIDTH
from sentiment.lookup import NONE, part, rank_all, rank_of
from sentiment.tables import BEGIN_BIT, EMPTY, MANY
from sentiment.textrule import default_text_rule
from tests.unit.core.test_kernel import tables_of

Run = tuple[int, int, int]
RUNS = st.lists(st.tuples(st.integers(0, 2**18), st.integers(1, 300), st.sampled_from([1, 2, 13, 64, 640])), max_size=9)
RULE = default_text_rule()


@pytest.mark.parametrize("buckets", [64, 1 << 12, 1 << 18])
@given(runs=RUNS, others=st.lists(st.integers(0, 2**18), max_size=40))
@example([], [0, 63])
@example([(0, 5, 1), (64, 4, 1)], [0])
@example([(0, 64, 1)], [])
@example([(first, 64 - first // 2, 64) for first in range(4)], [64 * 63 + 5])  # as many in a block as there may be
@example([(0, 300, 1), (2**17, 300, 64), (2**18 - 1, 1, 1)], [2**18 - 2])
def test_every_kept_bucket_has_its_rank_and_no_other_has_one(buckets: int, runs: list[Run], others: list[int]) -> None:
    kept = np.unique([(start + step * each) % buckets for start, count, step in runs for each in range(count)])
    asked = np.array([*kept, *(kept + 1) % buckets, *(other % buckets for other in others)], np.uint32)
    wanted = np.where(np.isin(asked, kept), np.searchsorted(kept, asked), NONE)
    tables = tables_of(RULE, buckets, dict.fromkeys(map(int, kept), 1.0))

    ranks, rows, spots, without = (np.zeros(len(asked) + 2 * WIDTH, np.uint32) for _ in range(4))
    rank_all(np.append(asked, ranks), len(asked), tables, ranks)
    assert ranks[: len(asked)].tolist() == wanted.tolist()

    found, not_found = part(np.append(asked, ranks), len(asked), tables, (rows, spots, without))
    assert {rank_of(each, tables) for each in spots[:found]} == set(wanted.tolist()) - {NONE}
    assert {*without[:not_found].tolist()} == {*asked[wanted == NONE].tolist()}


def test_rows_are_as_wide_as_what_they_tell_allows() -> None:
    spread = tables_of(RULE, 1 << 18, dict.fromkeys(range(0, 1 << 18, 64), 1.0))
    assert (spread.row_bits, len(spread.rows), {*(spread.rows & 63).tolist()}) == (6, 1 << 12, {0})
    twice = tables_of(RULE, 1 << 18, dict.fromkeys(range(0, 1 << 18, 32), 1.0))
    assert twice.row_bits == 5
    near = tables_of(RULE, 1 << 18, dict.fromkeys(range(EMPTY), 1.0))
    assert (near.row_bits, near.rows[0] >> BEGIN_BIT, near.rows[4] >> BEGIN_BIT) == (6, MANY, EMPTY)
    nearer = tables_of(RULE, 1 << 18, dict.fromkeys(range(EMPTY + 1), 1.0))
    assert (nearer.row_bits, len(nearer.rows)) == (1, 1 << 17)
