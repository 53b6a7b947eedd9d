"""The logit over values of time and the fixed point, held to formulas and to equilibria worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from sim.statistics.fixed_point import NotSettled, settle
from sim.statistics.logit import Offer, Taste, fitted_constants, log_sum, shares

ALIKE = np.array([True, True, False])
NONE_ALIKE = np.zeros(3, bool)


def offer(taste, price, mean, sd=(0, 0, 0), here=(1, 1, 1), alike=ALIKE):
    return Offer(taste.costs([price], [mean], [sd]), np.array([here], float), alike[: len(price)])


def test_one_value_of_time_gives_the_formula():
    taste = Taste(median=30, log_sd=0, ratio=0.5, scale=400)
    found = shares(taste, np.array([0, 1, -1.0]), offer(taste, (500, 900, 100), (30, 10, 50), (4, 2, 8)))[0]
    cost = np.array([500, 900, 100]) + 30 * (np.array([30, 10, 50]) + 0.5 * np.array([4, 2, 8]))
    utility = np.array([0, 1, -1]) - cost / 400
    assert found == pytest.approx(np.exp(utility) / np.exp(utility).sum(), abs=1e-12)


def test_a_nest_is_the_nested_logit():
    taste, k = Taste(30, 0, 0, 400, nest=0.5), np.array([0, 1, -1.0])
    found = shares(taste, k, offer(taste, (500, 900, 100), (30, 10, 50)))[0]
    v = k - (np.array([500, 900, 100]) + 30 * np.array([30, 10, 50])) / 400
    inner = np.exp(v[:2] / 0.5)
    of_nest = inner.sum() ** 0.5 / (inner.sum() ** 0.5 + np.exp(v[2]))
    assert found == pytest.approx([*(of_nest * inner / inner.sum()), 1 - of_nest], abs=1e-12)


def test_values_of_time_are_lognormal():
    taste = Taste(20, 1.0, 0, 1000)
    assert taste.weights.sum() == pytest.approx(1)
    assert taste.values @ taste.weights == pytest.approx(20 * np.exp(0.5), rel=1e-6)
    rng = np.random.default_rng(1)
    values = 20 * np.exp(rng.standard_normal(400_000))
    sampled = (1 / (1 + np.exp((800 - 20 * values) / 1000))).mean()
    two = Offer(taste.costs([[800, 0]], [[10, 30]], [[0, 0]]), np.ones((1, 2)), NONE_ALIKE[:2])
    assert shares(taste, np.zeros(2), two)[0, 0] == pytest.approx(sampled, abs=2e-3)


@given(
    st.lists(st.floats(0.001, 1), min_size=2, max_size=5),
    st.integers(0, 10_000),
    st.floats(0, 1.5),
    st.floats(0.3, 1),
)
@settings(max_examples=60, deadline=None)
def test_constants_give_the_wanted_shares_and_a_market_is_conserved(parts, seed, log_sd, nest):
    rng, n = np.random.default_rng(seed), len(parts)
    taste = Taste(20, log_sd, 0.4, 1500, nest)
    costs = taste.costs(rng.uniform(500, 5000, (3, n)), rng.uniform(10, 60, (3, n)), rng.uniform(0, 10, (3, n)))
    alike = np.array([True, *(rng.random(n - 1) < 0.5)])
    states = Offer(costs, rng.uniform(0.2, 1, (3, n)), alike)
    wanted, weights = np.array(parts) / sum(parts), rng.uniform(0.5, 2, 3)
    k = fitted_constants(taste, wanted, states, weights)
    assert weights / weights.sum() @ shares(taste, k, states) == pytest.approx(wanted, rel=1e-9)
    other = Offer(
        costs * rng.uniform(0.5, 2, costs.shape[:2])[..., None], (rng.random((3, n)) < 0.7).astype(float), alike
    )
    total = shares(taste, k, other).sum(axis=1)
    assert total == pytest.approx(np.where(other.open_share.any(axis=1), 1.0, 0.0), abs=1e-12)


def test_an_infinite_scale_moves_nothing_and_a_value_of_zero_looks_at_prices_alone():
    wanted = np.array([0.1, 0.3, 0.6])
    for taste in (Taste(20, 1, 0.4, np.inf), Taste(1e-12, 1, 0.4, 900)):
        base = offer(taste, (500, 900, 100), (30, 10, 50))
        k = fitted_constants(taste, wanted, base, np.ones(1))
        slower = offer(taste, (500, 900, 100), (300, 10, 50), (90, 0, 0))
        assert shares(taste, k, slower)[0] == pytest.approx(wanted, abs=1e-9)
    dearer = offer(taste, (700, 900, 100), (30, 10, 50))  # of the second
    assert shares(taste, k, dearer)[0, 0] < 0.1
    assert shares(Taste(20, 1, 0.4, np.inf), k, dearer)[0, 0] == pytest.approx(
        shares(Taste(20, 1, 0.4, np.inf), k, base)[0, 0]
    )


def test_what_is_closed_is_not_taken_and_its_cargo_goes_to_the_others():
    taste, wanted = Taste(20, 1, 0.4, 1500, 0.7), np.array([0.1, 0.3, 0.6])
    k = fitted_constants(taste, wanted, offer(taste, (500, 900, 100), (30, 10, 50)), np.ones(1))
    closed = shares(taste, k, offer(taste, (500, 900, 100), (30, 10, 50), here=(1, 0, 1)))[0]
    assert closed[1] == 0
    assert closed[0] / 0.1 > closed[2] / 0.6 > 1  # who is alike gains most
    assert shares(taste, k, offer(taste, (500, 900, 100), (30, 10, 50), here=(0, 0, 0))).tolist() == [[0, 0, 0]]
    with pytest.raises(ValueError, match="never open"):
        fitted_constants(taste, wanted, offer(taste, (1, 1, 1), (1, 1, 1), here=(1, 0, 1)), np.ones(1))


@given(st.integers(0, 10_000), st.floats(0.4, 1))
@settings(max_examples=40, deadline=None)
def test_a_rival_that_gets_cheaper_never_adds_cargo_here(seed, nest):
    rng = np.random.default_rng(seed)
    taste = Taste(20, 1, 0.4, rng.uniform(200, 4000), nest)
    price, mean = rng.uniform(500, 5000, 3), rng.uniform(10, 60, 3)
    k = fitted_constants(taste, rng.dirichlet(np.ones(3)) * 0.97 + 0.01, offer(taste, price, mean), np.ones(1))
    before = shares(taste, k, offer(taste, price, mean))[0, 0]
    for rival in (1, 2):
        cheaper = price.copy()
        cheaper[rival] *= rng.uniform(0.3, 1)
        assert shares(taste, k, offer(taste, cheaper, mean))[0, 0] <= before + 1e-12


def test_the_log_sum_changes_by_the_area_under_the_demand_curve():
    taste, wanted = Taste(20, 1, 0.4, 1500, 0.7), np.array([0.2, 0.3, 0.5])
    k = fitted_constants(taste, wanted, offer(taste, (500, 900, 100), (30, 10, 50)), np.ones(1))
    prices = np.linspace(500, 1100, 2001)
    taken = [shares(taste, k, offer(taste, (p, 900, 100), (30, 10, 50)))[0, 0] for p in prices]
    area = np.trapezoid(taken, prices) if hasattr(np, "trapezoid") else np.trapz(taken, prices)
    sums = [log_sum(taste, k, offer(taste, (p, 900, 100), (30, 10, 50)))[0] for p in (500, 1100)]
    assert sums[0] - sums[1] == pytest.approx(area, rel=1e-6)


# -- two routes, of which one has a queue whose time grows with what is shipped


def gap(x, answer):
    return float(np.abs(x - answer).max())


def equilibrium(scale, start=1.0, damping=0.5, most=400):
    """Share of a route of 10 + 30 x days beside one of 25 days; a day is worth 100 USD, both cost the same."""
    taste = Taste(100, 0, 0, scale)

    def response(x):
        costs = taste.costs([[0, 0]], [[10 + 30 * x[0], 25]], [[0, 0]])
        return shares(taste, np.zeros(2), Offer(costs, np.ones((1, 2)), NONE_ALIKE[:2]))[0, :1]

    return settle(response, np.array([start]), gap, 1e-10, most, damping).x[0]


@pytest.mark.parametrize("scale", [100, 400, 1500])
def test_two_routes_with_a_linear_queue_reach_the_logits_equilibrium(scale):
    by_hand = brentq(lambda x: x - 1 / (1 + np.exp(100 * (10 + 30 * x - 25) / scale)), 0, 1, xtol=1e-13)
    damping = 0.2 if scale == 100 else 0.5
    assert equilibrium(scale, damping=damping) == pytest.approx(by_hand, abs=1e-8)
    assert equilibrium(scale, start=0.0, damping=damping) == pytest.approx(by_hand, abs=1e-8)


def test_without_noise_both_routes_take_as_long():
    """Wardrop's first principle: 10 + 30 x = 25, so half goes by the queue."""
    assert equilibrium(scale=5, damping=0.01, most=3000) == pytest.approx(0.5, abs=2e-3)


def test_what_does_not_settle_is_said_with_its_cycle():
    with pytest.raises(NotSettled) as told:
        settle(lambda x: 1 - x, np.array([0.2]), gap, 1e-3, 7)
    assert told.value.gaps == pytest.approx([0.6] * 7)
    assert [x[0] for x in told.value.cycle] == pytest.approx([0.8, 0.2, 0.8, 0.2])
    assert settle(lambda x: 1 - x, np.array([0.2]), gap, 1e-3, 7, damping=0.5).x[0] == pytest.approx(0.5)
