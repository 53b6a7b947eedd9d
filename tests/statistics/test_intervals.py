"""Intervals against textbook numbers, and honest about what they do not know."""

from __future__ import annotations

from math import erf, inf, isnan, nan, sqrt

import numpy as np
import pytest

from sim.statistics.intervals import clear_of_zero, holm, interval, paired, t_quantile


def test_a_textbook_interval():
    # Law, Simulation Modeling and Analysis, example 4.27: ten observations, mean 1.34, 90 % half-width 0.24
    values = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09]
    found = interval(values, level=0.90)
    assert found.mean == pytest.approx(1.343)
    assert found.half_width == pytest.approx(0.24, abs=0.005)


def test_the_quantile_is_students():
    from scipy import stats

    for degrees in (1, 4, 19, 200):
        assert t_quantile(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-9)


def test_intervals_cover_the_truth_as_often_as_they_say():
    chance = np.random.default_rng(11)
    samples = chance.normal(3.0, 2.0, (4000, 6))
    hits = sum(abs(f.mean - 3.0) <= f.half_width for f in map(interval, samples))
    # binomial(4000, 0.95): four standard deviations are 0.014
    assert hits / 4000 == pytest.approx(0.95, abs=4 * sqrt(0.95 * 0.05 / 4000))


def test_one_replication_has_no_interval_and_says_so():
    found = interval([4.2])
    assert (found.mean, found.half_width, found.note) == (4.2, None, "one replication: no interval")
    assert not found.excludes_zero


def test_unfinished_and_missing_values():
    endless = interval([1.0, inf, inf])
    assert (endless.mean, endless.half_width) == (inf, None)
    assert endless.note == "not reached in 2 of 3 replications"
    assert interval([1.0, nan, 3.0]).n == 2
    assert isnan(interval([nan]).mean)


def test_pairs_see_what_independent_runs_would_not():
    chance = np.random.default_rng(3)
    draws = chance.normal(100.0, 20.0, 10)
    found = paired(draws, draws - 1.0 + chance.normal(0.0, 0.2, 10))
    assert found.difference.excludes_zero
    assert found.difference.mean == pytest.approx(-1.0, abs=0.3)
    assert found.a.half_width > 5
    assert found.variance_ratio > 1000


def test_the_variance_ratio_is_that_of_the_definition():
    a, b = np.array([1.0, 4.0, 2.0, 6.0]), np.array([2.0, 4.5, 2.5, 8.0])
    assert paired(a, b).variance_ratio == pytest.approx((a.var(ddof=1) + b.var(ddof=1)) / (b - a).var(ddof=1))
    assert paired(a, a).variance_ratio is None
    assert paired(a[:1], b[:1]).variance_ratio is None


def test_unfinished_pairs_have_no_interval():
    found = paired([1.0, inf], [1.0, 2.0])
    assert found.difference.mean == -inf
    assert found.difference.half_width is None
    assert isnan(paired([inf, 1.0], [1.0, inf]).difference.mean)
    with pytest.raises(ValueError, match="cannot be paired"):
        paired([1.0], [1.0, 2.0])


def test_p_values_are_scipys():
    from scipy import stats

    chance = np.random.default_rng(8)
    a, b = chance.normal(10, 2, (2, 9))
    assert paired(a, b).p_value == pytest.approx(stats.ttest_rel(a, b).pvalue, rel=1e-9)
    assert paired(a, a + 1).p_value == stats.binomtest(9, 9).pvalue  # no spread: the sign test
    assert paired([0.0, 0.0], [20.0, 20.0]).p_value == 0.5
    assert paired(a, a).p_value is None
    assert paired([1.0], [2.0]).p_value is None
    assert paired([1.0, 2.0], [inf, 2.0]).p_value is None


def test_holm_by_hand():
    # sorted 0.005 0.01 0.03 0.04 times 4 3 2 1, and never falling
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_holm_keeps_the_chance_of_any_false_verdict():
    chance = np.random.default_rng(21)
    draws = chance.normal(0, 1, (2000, 8))
    false = 0
    for z in draws:  # eight true null hypotheses, and two that are false
        p = [*(2 * (1 - 0.5 * (1 + np.vectorize(erf)(abs(z) / sqrt(2))))), 1e-9, 1e-8]
        false += min(holm(p)[:8]) <= 0.05
    assert false / 2000 <= 0.05 + 4 * sqrt(0.05 * 0.95 / 2000)
    assert false > 20  # it is a limit that is used, not a test that never rejects


def test_a_few_equal_values_prove_nothing_about_other_replications():
    for n in range(2, 9):
        assert interval([-0.4] * n).excludes_zero == (n >= 6)  # two-sided sign test: 2 / 2^6 is below 5 %
        pair = paired([1.0] * n, [0.6] * n)
        assert pair.difference.excludes_zero == (pair.p_value <= 0.05)
    assert not interval([0.0] * 9).excludes_zero
    assert not interval([-0.4]).excludes_zero
    assert clear_of_zero(2.0, 1.9, 2)
    assert not clear_of_zero(2.0, 0.0, 6, level=0.99)
