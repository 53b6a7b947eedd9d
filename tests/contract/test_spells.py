"""Cutting, merging and running levels agree with doing it second by second."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.contract.spells import cut, find, merge, pack, running_levels, unpack

stretches = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 12)), max_size=25)


def seconds(key, from_s, to_s):
    return {(int(k), s) for k, a, b in zip(key, from_s, to_s, strict=True) for s in range(int(a), int(b))}


def arrays(drawn):
    table = np.array(drawn, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 1] + table[:, 2]


@given(stretches)
def test_merging_keeps_exactly_the_seconds_and_nothing_touches(drawn):
    key, from_s, to_s = arrays(drawn)
    spells = merge(key, from_s, to_s)
    assert seconds(spells.key, spells.from_s, spells.to_s) == seconds(key, from_s, to_s)
    same = spells.key[1:] == spells.key[:-1]
    assert (spells.from_s[1:][same] > spells.to_s[:-1][same]).all()
    assert (from_s[spells.origin] == spells.from_s).all()


@given(stretches, st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 50), st.integers(0, 20)), max_size=15))
def test_cutting_tiles_each_stretch_and_tells_inside_from_outside(shut, drawn):
    spells = merge(*arrays(shut))
    key, from_s, to_s = arrays(drawn)
    parent, begin, end, inside = cut(key, from_s, to_s, spells)
    closed = seconds(spells.key, spells.from_s, spells.to_s)
    for i in range(len(key)):
        mine = parent == i
        assert [s for a, b in zip(begin[mine], end[mine], strict=True) for s in range(a, b)] == list(
            range(from_s[i], to_s[i])
        )
    for p, a, b, k in zip(parent, begin, end, inside, strict=True):
        for s in range(a, b):
            assert ((int(key[p]), s) in closed) == (k >= 0)
        if k >= 0:
            assert spells.key[k] == key[p]
            assert spells.from_s[k] <= a <= b <= spells.to_s[k]


@given(stretches, st.integers(0, 4), st.integers(0, 60))
def test_the_last_spell_before_an_instant(drawn, key, second):
    spells = merge(*arrays(drawn))
    found = int(spells.last_before(np.array([key]), np.array([second]))[0])
    before = [i for i in range(len(spells.key)) if spells.key[i] == key and spells.from_s[i] < second]
    assert found == (before[-1] if before else -1)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(-3, 3)), max_size=40))
def test_running_levels_are_the_sums_so_far(changes):
    key, time_s, units = np.array(changes, np.int64).reshape(-1, 3).T
    where, when, level, taken = running_levels(key, time_s, units)
    assert sorted(set(zip(key, time_s, strict=True))) == list(zip(where, when, strict=True))
    for k, t, value, rises in zip(where, when, level, taken, strict=True):
        assert value == units[(key == k) & (time_s <= t)].sum()
        assert rises == (units[(key == k) & (time_s == t)] > 0).any()


def test_find_says_where_and_that_it_is_not_there():
    known = np.array([50, 10, 30])
    assert find(known, np.array([10, 11, 30, 50, 60])).tolist() == [1, -1, 2, 0, -1]
    assert find(known[:0], np.array([1])).tolist() == [-1]


def test_packing_keeps_the_order_of_key_and_second():
    pairs = [(0, 5), (0, 2**31 - 1), (1, 0), (40_000, 2**31 - 1)]
    assert list(np.argsort(pack(*np.array(pairs).T))) == [0, 1, 2, 3]


@given(st.lists(st.tuples(st.integers(-1, 2**20), st.integers(0, 2**31 - 1))))
def test_unpacking_gives_back_what_was_packed(pairs):
    packed = np.array(pairs, np.int64).reshape(-1, 2).T
    assert np.array_equal(unpack(pack(*packed)), packed)
