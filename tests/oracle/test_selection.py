"""Selection of the best where the normal means are known: the chance told is the share found, and OCBA helps."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from sim.statistics.intervals import clear_of_zero
from sim.statistics.selection import allocate, allocate_to_doubtful, chance_best, plausible_means
from sim.studies.rank.race import Race

F64 = np.ndarray


def race(rng: np.random.Generator, means: F64, first: int, total: int, confidence: float, shared: float) -> tuple:
    """Select by OCBA until ``confidence``; returns whether rightly, and the chance told.

    ``shared`` is the correlation of two candidates' values in one replication (common luck).
    """
    own = rng.standard_normal((len(means), total))
    values = means[:, None] + np.sqrt(shared) * rng.standard_normal(total) + np.sqrt(1 - shared) * own
    counts = np.full(len(means), first)
    while True:
        samples = [row[:n] for row, n in zip(values, counts, strict=True)]
        chances = chance_best(plausible_means(samples, 500, seed=1))
        more = min(len(means), total - int(counts.sum()))
        if chances.max() >= confidence or more <= 0:
            return bool(chances.argmax() == means.argmax()), float(chances.max())
        counts = counts + allocate(
            np.array([s.mean() for s in samples]), np.array([s.std(ddof=1) for s in samples]), counts, more
        )


@pytest.mark.parametrize("shared", [0.0, 0.8])
def test_the_chance_told_is_the_share_of_right_selections(shared: float) -> None:
    """Means drawn at random, as a Bayesian's are: 250 selections, of which the chance told must be right.

    The tolerance is three standard errors (0.3 % false alarms) plus 0.02 for the wide prior that the method assumes.
    """
    rng = np.random.default_rng(5)
    found = np.array([race(rng, rng.normal(0, 1.5, 5), 5, 100, 0.9, shared) for _ in range(250)], float)
    right, told = found.mean(axis=0)
    assert abs(right - told) <= 3 * np.sqrt(told * (1 - told) / len(found)) + 0.02


@pytest.mark.parametrize("shared", [0.0, 0.8])
def test_the_right_one_is_selected_as_often_as_asked_for(shared: float) -> None:
    """One candidate ahead of four equals, the hardest case: at least 95 % right where 95 % is asked for."""
    rng = np.random.default_rng(6)
    right = [race(rng, np.array([0.7, 0, 0, 0, 0]), 5, 400, 0.95, shared)[0] for _ in range(120)]
    # as many as this are wrong by chance once in a hundred if the true share is the nominal one
    assert sum(right) >= stats.binom.ppf(0.01, len(right), 0.95)


def test_ocba_selects_better_than_equal_numbers_at_the_same_total() -> None:
    """Ten designs with means 0 to -9 and a standard deviation of 6 (Chen et al. 2000, experiment 1)."""
    rng = np.random.default_rng(7)
    means, total, first = -np.arange(10.0), 300, 10
    right = np.zeros(2)
    for _ in range(300):
        values = means[:, None] + 6 * rng.standard_normal((10, total))
        counts = np.full(10, first)
        while counts.sum() < total:
            sampled = [row[:n] for row, n in zip(values, counts, strict=True)]
            counts = counts + allocate(
                np.array([s.mean() for s in sampled]), np.array([s.std(ddof=1) for s in sampled]), counts, 10
            )
        right += [
            np.argmax([row[:n].mean() for row, n in zip(values, counts, strict=True)]) == 0,
            values[:, : total // 10].mean(axis=1).argmax() == 0,
        ]
    assert right[0] / 300 > right[1] / 300 + 0.05


def test_two_candidates_are_told_apart_as_by_the_paired_t_test() -> None:
    rng = np.random.default_rng(8)
    luck = rng.normal(0, 3, 8)
    a, b = luck + rng.normal(0, 1, 8), luck + rng.normal(1, 1, 8)
    one_sided = stats.ttest_rel(b, a, alternative="less").pvalue  # the chance that b is not better
    found = chance_best(plausible_means([a, b], 100_000, seed=3))
    assert found[1] == pytest.approx(one_sided, abs=0.005)
    apart = plausible_means([a, b], 100_000, seed=3) @ np.array([-1.0, 1.0])
    ends = stats.t.interval(0.95, 7, loc=(b - a).mean(), scale=(b - a).std(ddof=1) / np.sqrt(8))
    assert np.quantile(apart, [0.025, 0.975]) == pytest.approx(ends, abs=0.03)


def test_a_longer_sample_shares_the_luck_of_its_first_replications() -> None:
    """The correlation of two means over n <= m common replications is that of the values times root(n / m)."""
    rng = np.random.default_rng(9)
    luck = rng.standard_normal(400)
    draws = plausible_means([luck[:100], luck], 20_000, seed=4)
    assert np.corrcoef(draws.T)[0, 1] == pytest.approx(np.sqrt(100 / 400), abs=0.05)


def test_allocation_is_that_of_the_formula() -> None:
    means, deviations = np.array([5.0, 4.0, 3.0, 0.0]), np.array([1.0, 2.0, 2.0, 0.0])
    found = allocate(means, deviations, np.zeros(4, np.int64), 1_000_000)
    assert found.sum() == 1_000_000
    assert found[1] / found[2] == pytest.approx((2 / 1) ** 2 / (2 / 2) ** 2, rel=1e-4)
    assert found[0] == pytest.approx(1.0 * np.sqrt((found[1] / 2) ** 2 + (found[2] / 2) ** 2), rel=1e-4)
    assert found[3] == 0  # it does not vary


def test_the_best_is_also_told_from_a_rival_that_does_not_vary() -> None:
    means, deviations = np.array([0.1, -4.9, 0.0]), np.array([1.0, 1.0, 0.0])
    found = allocate(means, deviations, np.zeros(3, np.int64), 1_000_000)
    assert found[0] / found[1] == pytest.approx((1 / 0.1) ** 2 / (1 / 5) ** 2, rel=1e-3)
    assert found[2] == 0
    assert allocate(-means, deviations, np.zeros(3, np.int64), 100)[2] == 0


def test_the_race_counts_doing_nothing_among_the_rivals() -> None:
    luck = np.array([-1.0, 1.0, -0.5, 0.5, -1.5, 1.5])
    gains = {"doubtful": 0.1 + luck, "harmful": -5 + luck[::-1]}
    scenario = SimpleNamespace(world=SimpleNamespace(scenario=SimpleNamespace(seed=1)))
    race = SimpleNamespace(priced=list(gains), base=scenario, budget_musd=None, _gain_per_musd=gains.get)
    sure, extra = Race._next(race, [0, 1], 100)
    assert sure < 0.7
    assert extra.tolist() == [100, 0]  # what harms is not simulated on; whether the other helps is the question


def test_what_was_given_is_not_taken_back_and_nothing_is_given_in_vain() -> None:
    means, deviations = np.array([1.0, 0.9, -5.0]), np.array([1.0, 1.0, 1.0])
    found = allocate(means, deviations, np.array([10, 10, 500]), 7)
    assert found.sum() == 7
    assert found[2] == 0
    assert (found >= 0).all()
    assert not allocate(means, np.zeros(3), np.array([5, 5, 5]), 7).any()
    assert not allocate(means, deviations, np.array([5, 5, 5]), 0).any()
    assert allocate(np.array([0.3]), np.array([1.0]), np.array([5]), 4).tolist() == [4]
    assert allocate(np.array([2.0, 2.0]), np.array([1.0, 1.0]), np.array([5, 5]), 4).tolist() == [2, 2]


def test_under_a_budget_the_doubtful_are_run_more() -> None:
    found = allocate_to_doubtful(np.ones(4), np.array([1.0, 0.5, 0.1, 0.0]), np.zeros(4, np.int64), 800)
    assert found.tolist() == [0, 500, 300, 0]  # roots of 0.25 and 0.09


@pytest.mark.parametrize("n", [2, 3, 5, 6, 12])
def test_equal_effects_are_as_sure_as_the_sign_test(n: int) -> None:
    """What ``clear_of_zero`` does not show of so many equal values is not called known here."""
    means = plausible_means([np.full(n, 2.0)], 20_000, seed=1)
    p_value = stats.binomtest(n, n, 0.5).pvalue
    helps = (means[:, 0] > 0).mean()
    assert helps == pytest.approx(1 - p_value, abs=0.01)
    assert set(means[:, 0]) <= {0.0, 2.0}
    assert clear_of_zero(2.0, 0.0, n) == (1 - p_value >= 0.95)


def test_candidates_without_spread_share_ties() -> None:
    flat = [np.full(40, 2.0), np.full(40, 2.0), np.full(40, 1.0)]
    assert chance_best(plausible_means(flat, 100, seed=1)).tolist() == [0.5, 0.5, 0.0]
    with pytest.raises(ValueError, match="two or more"):
        plausible_means([np.array([1.0])], 10, seed=1)
