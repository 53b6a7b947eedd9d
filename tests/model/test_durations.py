"""Quantile functions equal those of SciPy, and draws become whole, non-negative seconds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.errors import RunError
from sim.model.durations import LONGEST_S, lognormal, quantile_s, within_32_bits
from sim.model.lot_draws import seconds
from sim.model.operations import Variant
from sim.scenario.distributions import BY_SHAPE, BY_SPREAD
from sim.scenario.values import Draw

#: From the smallest to the largest uniform that a stream can give, and everything between.
U = np.concatenate(([2.0**-53, 1e-12, 1e-6], np.linspace(0.001, 0.999, 999), [1 - 1e-6, 1 - 1e-12, 1 - 2.0**-53]))
HOUR = 3_600.0
LONGEST_TIME = "36500 d"
SIGMA2 = math.log1p(0.7**2)


def between(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers of a range; its edges often."""
    return st.sampled_from([low, high]) | st.floats(low, high, allow_subnormal=False)


@st.composite
def known_draws(draw) -> Draw:
    """Distributions of every kind, drawn from the bounds that the list of them states."""
    time = st.sampled_from(["0 s", "1 s", LONGEST_TIME]) | st.integers(0, 10**6).map(lambda h: f"{h % 8760} h")
    dist = draw(st.sampled_from(sorted({*BY_SPREAD, *BY_SHAPE})))
    if dist in BY_SHAPE and draw(st.booleans()):
        shape = {name: draw(between(*bounds)) for name, bounds in BY_SHAPE[dist].items()}
        return Draw.model_validate({"dist": dist, "scale": draw(time), "loc": draw(time), "shape": shape})
    return Draw.model_validate({"dist": dist, "mean": draw(time), "cv": draw(between(*BY_SPREAD[dist]))})


EQUALS = {
    "fixed": ({"dist": "fixed", "value": "3 h"}, None),
    "uniform": ({"dist": "uniform", "low": "1 h", "high": "5 h"}, stats.uniform(HOUR, 4 * HOUR)),
    "triangular": (
        {"dist": "triangular", "low": "2 h", "mode": "3 h", "high": "8 h"},
        stats.triang(1 / 6, 2 * HOUR, 6 * HOUR),
    ),
    "exponential": ({"dist": "exponential", "mean": "4 h"}, stats.expon(scale=4 * HOUR)),
    "lognormal": (
        {"dist": "lognormal", "mean": "4 h", "cv": 0.7},
        stats.lognorm(math.sqrt(SIGMA2), scale=4 * HOUR * math.exp(-SIGMA2 / 2)),
    ),
    "gamma": ({"dist": "gamma", "mean": "4 h", "cv": 0.5}, stats.gamma(4, scale=HOUR)),
    "norm": ({"dist": "norm", "mean": "4 h", "cv": 0.1}, stats.norm(4 * HOUR, 0.4 * HOUR)),
    "own parameters": (
        {"dist": "weibull_min", "scale": "4 h", "shape": {"c": 1.5}},
        stats.weibull_min(1.5, scale=4 * HOUR),
    ),
}


@pytest.mark.parametrize(("written", "known"), EQUALS.values(), ids=EQUALS)
def test_quantiles_and_means_equal_scipy(written, known):
    draw = Draw.model_validate(written)
    ours = quantile_s(draw, U)
    theirs = np.full(U.shape, 3 * HOUR) if known is None else known.ppf(U)
    # 1 - u of the last uniforms has only a few bits left: any two formulas differ there
    np.testing.assert_allclose(ours[:-2], theirs[:-2], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(ours[-2:], theirs[-2:], rtol=1e-4)
    assert draw.mean_s == pytest.approx(3 * HOUR if known is None else known.mean(), rel=1e-12)


def test_weibull_by_mean_and_spread():
    known = Draw.model_validate({"dist": "weibull_min", "mean": "4 h", "cv": 0.5})
    u = (np.arange(200_000) + 0.5) / 200_000  # midpoint rule: the mean and spread of the distribution itself
    lengths = quantile_s(known, u)
    assert lengths.mean() == pytest.approx(4 * HOUR, rel=1e-4)
    assert lengths.std() / lengths.mean() == pytest.approx(0.5, rel=1e-3)


def test_empirical_takes_each_value_by_its_weight():
    draw = Draw.model_validate({"dist": "empirical", "values": ["3 h", "1 h", "2 h"], "weights": [1, 2, 1]})
    got = quantile_s(draw, np.array([0.0001, 0.4999, 0.5001, 0.7499, 0.7501, 0.9999])) / HOUR
    assert got.tolist() == [1, 1, 2, 2, 3, 3]
    assert draw.mean_s == pytest.approx(1.75 * HOUR)


@pytest.mark.parametrize("dist", EQUALS)
def test_quantiles_never_fall(dist):
    assert (np.diff(quantile_s(Draw.model_validate(EQUALS[dist][0]), U)) >= 0).all()


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"dist": "exponental", "mean": "4 h"}, "'exponental' is no distribution; .*nearest: 'exponential'"),
        ({"dist": "bootstrap", "scale": "4 h"}, "'bootstrap' is no distribution"),
        ({"dist": "pareto", "mean": "4 h", "cv": 0.5}, "'pareto' is no distribution"),
        ({"dist": "__class__", "mean": "4 h", "cv": 0.5}, "is no distribution"),
        ({"dist": "gamma", "mean": "4 h"}, "needs 'mean' and 'cv', or 'scale' and 'shape' \\(a\\)"),
        ({"dist": "gamma", "mean": "4 h", "cv": 0}, "cv is 0; allowed: 0.01 to 100"),
        ({"dist": "gamma", "scale": "4 h"}, "missing: shape"),
        ({"dist": "gamma", "scale": "4 h", "shape": {"q": 2}}, "its shape has a, not q"),
        ({"dist": "gamma", "scale": "4 h", "shape": {"a": -2}}, "shape a is -2; allowed"),
        ({"dist": "weibull_min", "mean": "4 h", "cv": 1000}, "cv is 1000; allowed: 0.02 to 100"),
        ({"dist": "norm", "mean": "4 h", "cv": 0}, "cv is 0; allowed: 0.01 to 10"),
        ({"dist": "norm", "scale": "4 h", "shape": {"a": 1}}, "its shape has no parameter, not a"),
        ({"dist": "lognormal", "mean": "4 h", "cv": 1e6}, "allowed: 0 to 100"),
        ({"dist": "lognormal", "mean": "4 h", "cv": -1}, "greater than or equal to 0"),
        ({"dist": "exponential", "mean": "4 h", "cv": 1}, "not allowed: cv"),
        ({"dist": "empirical", "values": []}, "needs one value at least"),
        ({"dist": "empirical", "values": ["1 h", "2 h"], "weights": [2, -1]}, "none below 0"),
        ({"dist": "empirical", "values": ["1 h", "2 h"], "weights": [0, 0]}, "positive sum"),
        ({"dist": "triangular", "low": "3 h", "mode": "2 h", "high": "4 h"}, "must not fall"),
    ],
)
def test_what_is_no_distribution_is_refused(raw, message):
    with pytest.raises(ValueError, match=message):
        Draw.model_validate(raw)


@given(known_draws())
def test_every_draw_that_is_accepted_has_finite_times(draw):
    """Edges of every bound included: quantiles are finite, not negative and never fall, and the mean is theirs."""
    found = quantile_s(draw, U)
    assert np.isfinite(found).all()
    assert found.min() >= 0
    assert (np.diff(found) >= -1e-9 * found[1:]).all()
    assert math.isfinite(draw.mean_s)
    assert draw.mean_s >= 0


def test_no_spread_is_the_mean_itself():
    assert set(lognormal(5.0, 0.0, U).tolist()) == {5.0}
    assert set(lognormal(0.0, 0.5, U).tolist()) == {0.0}


def test_seconds_are_whole_scaled_and_never_negative():
    wide = Draw.model_validate({"dist": "norm", "mean": "1 h", "cv": 3.0})
    assert seconds(Variant(0, wide), U, 1).min() == 0
    two_and_a_half = Variant(0, Draw.model_validate("1 min"), scale=0.041, per_unit=True)
    assert seconds(two_and_a_half, np.array([0.5]), 3).tolist() == [7]  # 60 x 0.041 x 3 = 7.38, rounded once
    assert seconds(Variant(0, mean_s=100.4), U, 9).tolist() == [100] * len(U)


def test_what_32_bits_hold_is_let_through():
    edge_s = np.array([0.0, LONGEST_S])
    assert within_32_bits(edge_s, ["a"]).astype(np.int32).tolist() == edge_s.tolist()
    assert within_32_bits(np.empty(0), ["a"]).size == 0


@pytest.mark.parametrize("too_long", [LONGEST_S + 1.0, math.inf, math.nan])
def test_what_32_bits_do_not_hold_is_refused_by_name(too_long):
    """One name for all, or one for each row."""
    with pytest.raises(RunError, match=r"^a: longer than 68 years, the most that a drawn time can be$"):
        within_32_bits(np.array([1.0, too_long]), ["a"])
    rows = np.ones((3, 4))
    rows[1, 3] = too_long
    with pytest.raises(RunError, match=r"^b: longer"):
        within_32_bits(rows, ["a", "b", "c"])
