"""Pooled statistics: what they are, what each replication contributes, and that their intervals hold."""

from __future__ import annotations

from math import inf, isnan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.statistics.intervals import interval
from sim.statistics.pooled import quantile_contributions, quantile_of_sorted, ratio_contributions

WORLDS = 1_000
#: Binomial(1000, 0.95): an interval that holds what it promises is outside four standard deviations once in 16,000.
FALSE_ALARM = 4 * sqrt(0.95 * 0.05 / WORLDS)


def of(values: list[list[float]], share: float) -> np.ndarray:
    """Contributions of replications with those values."""
    replication = np.repeat(np.arange(len(values)), [len(some) for some in values])
    pooled = np.concatenate([np.asarray(some, float) for some in values])
    order = np.argsort(pooled, kind="stable")
    return quantile_contributions(pooled[order], replication[order], len(values), share)


def test_a_quantile_is_kept_by_as_many_as_it_says():
    assert quantile_of_sorted(np.arange(1.0, 101.0), 0.95) == 95
    assert quantile_of_sorted(np.arange(1.0, 101.0), 0.07) == 7
    assert quantile_of_sorted(np.array([1.0, 2.0, inf]), 0.9) == inf
    assert isnan(quantile_of_sorted(np.empty(0), 0.5))


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), max_size=12), min_size=2, max_size=8), st.floats(0.01, 0.99))
def test_contributions_average_to_the_quantile_of_all_shipments(values, share):
    pooled = np.sort(np.concatenate([np.asarray(some, float) for some in values]))
    found = of(values, share)
    assert found.shape == (len(values),)
    if len(pooled) == 0:
        assert np.isnan(found).all()
        return
    quantile = quantile_of_sorted(pooled, share)
    assert quantile == np.quantile(pooled, round(share, 12), method="inverted_cdf") or quantile in pooled
    assert (pooled <= quantile).sum() >= share * len(pooled) - 1e-6
    assert found.mean() == pytest.approx(quantile, abs=1e-9)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 5)), min_size=1, max_size=9))
def test_contributions_average_to_the_ratio_of_all(pairs):
    total, size = (np.array(column, float) for column in zip(*((x if n else 0.0, n) for x, n in pairs), strict=True))
    found = ratio_contributions(total, size)
    if size.sum() == 0:
        assert np.isnan(found).all()
    else:
        assert found.mean() == pytest.approx(total.sum() / size.sum())
        assert found[size == 0] == pytest.approx(total.sum() / size.sum())


def test_with_equal_sizes_the_contributions_to_a_mean_are_the_means():
    assert ratio_contributions(np.array([10.0, 30.0]), np.array([5.0, 5.0])).tolist() == [2.0, 6.0]


def test_one_stranded_shipment_decides_nothing():
    values = [[float(x) for x in range(50)] for _ in range(4)]
    stranded = [*values[:3], [*values[3][:-1], inf]]
    assert of(stranded, 0.5).tolist() == of(values, 0.5).tolist()
    assert np.isfinite(of(stranded, 0.95)).all()
    assert of(stranded, 0.95) == pytest.approx(of(values, 0.95), abs=1)


def test_the_longest_shipment_of_all_does_not_widen_the_interval():
    chance = np.random.default_rng(3)
    values = [(10 + day + chance.exponential(3, 100)).tolist() for day in (0, 2, 9, 1, 0)]  # a slow year among them
    longer = [*values[:2], [*values[2], 500.0], *values[3:]]
    first, second = (interval(of(one, 0.95)).half_width for one in (values, longer))
    assert second == pytest.approx(first, rel=0.3)


def test_among_shipments_that_have_not_arrived_there_is_no_interval():
    found = interval(of([[1.0, inf], [2.0, inf], [3.0]], 0.9))
    assert (found.mean, found.half_width, found.note) == (inf, None, "not reached")
    assert interval(of([[1.0, inf], [2.0], [3.0]], 0.5)).mean == 2.0


def test_one_replication_and_equal_values_have_no_spread():
    assert of([[1.0, 2.0, 3.0]], 0.5).tolist() == [2.0]
    assert of([[4.0, 4.0], [4.0]], 0.9).tolist() == [4.0, 4.0]


@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("together", [0.0, 0.2])
def test_an_interval_of_a_quantile_holds_the_true_one_as_often_as_it_says(share, together):
    """Unequal numbers of shipments, one replication in eight without any; a replication is quick or slow as a whole."""
    chance = np.random.default_rng(7)
    true = float(np.quantile(_times(chance, 400_000, together, 1), share))
    hits = 0
    for _ in range(WORLDS):
        size = chance.poisson(40, 16) * (chance.random(16) > 1 / 8)
        values = _times(chance, len(size), together, int(size.max()))
        kept = np.arange(values.shape[1]) < size[:, None]
        pooled, replication = values[kept], np.nonzero(kept)[0]
        order = np.argsort(pooled)
        found = interval(quantile_contributions(pooled[order], replication[order], len(size), share))
        hits += abs(found.mean - true) <= found.half_width
    # the tail of a skew distribution is known a little worse than its interval says: 2 of 100
    assert 0.95 - 0.02 - FALSE_ALARM <= hits / WORLDS <= 0.95 + FALSE_ALARM


def test_an_interval_of_a_mean_holds_the_true_one_as_often_as_it_says():
    chance = np.random.default_rng(8)
    size = chance.poisson(20, (WORLDS, 16)) * (chance.random((WORLDS, 16)) > 1 / 8)
    slow = np.exp(0.2 * chance.standard_normal(size.shape))
    total = chance.gamma(np.maximum(size, 1e-9), slow)
    true = np.exp(0.02)
    found = [interval(one) for one in ratio_contributions(total, size.astype(float))]
    hits = sum(abs(one.mean - true) <= one.half_width for one in found)
    assert 0.95 - 0.02 - FALSE_ALARM <= hits / WORLDS <= 0.95 + FALSE_ALARM


def test_pairs_with_common_random_numbers_are_as_narrow_as_the_change():
    chance = np.random.default_rng(9)
    size = chance.poisson(40, 20)
    replication = np.repeat(np.arange(20), size)
    before = 10 + np.exp(0.3 * chance.standard_normal(20))[replication] * chance.exponential(3, size.sum())
    apart = []
    for values in (before, before - 1):
        order = np.argsort(values)
        apart.append(quantile_contributions(values[order], replication[order], 20, 0.9))
    found = interval(apart[1] - apart[0])
    assert found.mean == pytest.approx(-1)
    assert found.half_width < 1e-9


def _times(chance: np.random.Generator, replications: int, together: float, shipments: int) -> np.ndarray:
    """[replications, shipments] 5 days and an exponential time, longer or shorter for all of a replication."""
    slow = np.exp(together * chance.standard_normal((replications, 1)))
    return 5 + slow * chance.exponential(3, (replications, shipments))
