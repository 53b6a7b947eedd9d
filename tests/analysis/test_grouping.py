"""Groups of entries, against NumPy's and Python's own sorting and counting."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.grouping import Groups, count_different, numbered
from sim.contract.spells import in_order

PAIRS = st.lists(st.tuples(st.integers(0, 70_000), st.integers(0, 20)))


def columns(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


@given(PAIRS)
def test_codes_are_numbered_in_their_order(pairs):
    code, _ = columns(pairs)
    expected, place = np.unique(code, return_inverse=True)
    codes, number = numbered(code)
    assert codes.tolist() == expected.tolist()
    assert number.tolist() == place.tolist()


@given(PAIRS)
def test_each_number_counts_once_for_a_code(pairs):
    code, what = columns(pairs)
    count = count_different(code, what)
    assert {c: int(n) for c, n in enumerate(count) if n} == {
        c: len({w for other, w in pairs if other == c}) for c, _ in pairs
    }


@given(PAIRS)
def test_alike_ones_stay_in_the_order_in_which_they_come(pairs):
    key, second = columns(pairs)
    assert in_order(key, second).tolist() == sorted(range(len(pairs)), key=pairs.__getitem__)


@given(PAIRS)
def test_groups_are_in_order_and_their_sums_are_those_of_their_entries(pairs):
    code, lot = columns(pairs)
    value = np.arange(len(pairs)) + 1  # another for each entry
    load = (code * 7 + lot * 3) % 11 + 0.5  # the same for all entries of a lot in a group
    groups = Groups.of(code, lot)
    codes = sorted(set(code.tolist()))
    assert groups.code.tolist() == codes
    assert groups.sums(value).tolist() == [value[code == c].sum() for c in codes]
    assert groups.sums_of_lots(load).tolist() == [
        sum({int(w): x for w, x in zip(lot[code == c], load[code == c], strict=True)}.values()) for c in codes
    ]
