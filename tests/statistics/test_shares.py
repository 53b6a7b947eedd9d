"""Shares over clusters: exact where entries are independent, worth less where they move together, kept where promised."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from sim.statistics.shares import binomial_bounds, quantile_interval, share_interval


@pytest.mark.parametrize(("hits", "of"), [(0, 10), (1, 10), (37, 40), (40, 40)])
def test_bounds_are_those_of_clopper_and_pearson(hits: int, of: int) -> None:
    known = binomtest(hits, of).proportion_ci(0.95, method="exact")
    assert binomial_bounds(hits, of) == pytest.approx((known.low, known.high))


def test_entries_that_move_together_are_worth_their_clusters() -> None:
    cluster = np.repeat(np.arange(20), 50)
    together = share_interval(np.repeat(np.arange(20) % 4 > 0, 50), cluster, 20)
    assert together.share == 0.75
    assert together.worth == pytest.approx(19)  # of 1,000: the unbiased variance of twenty clusters
    spread = share_interval(np.tile(np.arange(50) % 4 > 0, 20), cluster, 20)
    assert spread.worth == 1000
    assert together.high - together.low > 5 * (spread.high - spread.low)


def test_what_is_always_so_is_known_no_better_than_by_its_clusters() -> None:
    found = share_interval(np.ones(200, bool), np.repeat(np.arange(4), 50), 8)
    assert (found.share, found.worth) == (1.0, 4.0)
    assert found.low == pytest.approx(binomtest(4, 4).proportion_ci(0.95, method="exact").low)


def test_a_quantile_has_no_upper_end_where_the_sample_cannot_have_one() -> None:
    values, cluster = np.arange(60, dtype=float), np.arange(60)
    found, low, high = quantile_interval(values, cluster, 60, 0.95)
    assert (found, low) == (56.0, pytest.approx(51, abs=2))
    assert np.isnan(high)  # 0.95 ** 60 > 0.025
    assert quantile_interval(np.arange(100.0), np.arange(100), 100, 0.95)[2] == 98.0
    assert quantile_interval(np.append(values, np.inf), np.arange(61), 61, 0.999)[0] == np.inf


def test_intervals_of_quantiles_cover_what_they_are_of() -> None:
    """Clusters with a common part: the 95 % interval of P90 covers the true one in at least nine samples of ten."""
    rng = np.random.default_rng(3)
    truth = np.quantile(rng.gamma(4, 2, 400_000) + rng.normal(0, 2, 400_000), 0.9)
    covered = 0
    for _ in range(200):
        common = np.repeat(rng.gamma(4, 2, 40), 5)
        values = common + rng.normal(0, 2, 200)
        _, low, high = quantile_interval(values, np.repeat(np.arange(40), 5), 40, 0.9)
        covered += low <= truth and not high < truth
    assert 0.9 <= covered / 200 <= 1.0
