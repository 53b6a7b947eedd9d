"""Indices of sensitivity on functions whose indices are known, through the path that the studies take."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.statistics.indices import FALSE_ALARMS, elementary_effects, noise_variance, variance_shares
from sim.studies.sweep.design import Design, points_of, unit_rows
from sim.studies.sweep.factors import Factor

SHIFT = [Factor(f"x{i}", (), -math.pi, math.pi) for i in (1, 2, 3)]


def ishigami(point: dict[str, float]) -> float:
    """Ishigami and Homma 1990, with a = 7 and b = 0.1."""
    x1, x2, x3 = (float(point[f"x{i}"]) for i in (1, 2, 3))
    return math.sin(x1) + 7 * math.sin(x2) ** 2 + 0.1 * x3**4 * math.sin(x1)


def with_noise(values: list[float], replications: int, sigma: float, seed: int) -> np.ndarray:
    """[point, replication]: luck that all points share, and noise of each."""
    chance = np.random.default_rng(seed)
    common = chance.normal(0, 3, replications)
    return np.array(values)[:, None] + common + chance.normal(0, sigma, (len(values), replications))


def outcomes(design: Design, factors: list[Factor], model: object) -> list[float]:
    return [model(point) for point in points_of(design, factors)]  # type: ignore[operator]


@pytest.mark.parametrize("sigma", [0.0, 4.0])
def test_shares_of_ishigami_are_those_of_the_book_with_and_without_noise(sigma: float) -> None:
    design = Design(kind="sobol", base_points=1024)
    found = variance_shares(with_noise(outcomes(design, SHIFT, ishigami), 4, sigma, 3), 3)
    # variances by integration (Saltelli et al., Global Sensitivity Analysis, 2008, section 4.10)
    v1, v2, v13 = 0.5 * (1 + 0.1 * math.pi**4 / 5) ** 2, 49 / 8, 0.01 * math.pi**8 * (1 / 18 - 1 / 50)
    whole = v1 + v2 + v13
    assert found.variance == pytest.approx(whole, rel=0.06)
    assert found.noise == pytest.approx(sigma**2 / 4, rel=0.08)
    tolerance = 0.03 if sigma == 0 else 0.09
    assert found.first == pytest.approx([v1 / whole, v2 / whole, 0], abs=tolerance)
    assert found.total == pytest.approx([(v1 + v13) / whole, v2 / whole, v13 / whole], abs=tolerance)
    assert (np.abs(found.first - [v1 / whole, v2 / whole, 0]) < 2 * found.first_half_width).all()


def test_shares_of_a_linear_model_are_squares_of_its_slopes() -> None:
    slopes = np.array([4.0, 2.0, 1.0, 0.0])
    factors = [Factor(f"x{i}") for i in range(4)]
    design = Design(kind="sobol", base_points=512)

    def linear(point: dict[str, float]) -> float:
        return float(slopes @ [point[f"x{i}"] for i in range(4)])

    found = variance_shares(np.array(outcomes(design, factors, linear))[:, None], 4)
    assert found.first == pytest.approx(slopes**2 / 21, abs=0.01)
    assert found.total == pytest.approx(slopes**2 / 21, abs=0.01)
    screened = Design(kind="morris", trajectories=6)
    effects = elementary_effects(
        unit_rows(screened, factors), np.array(outcomes(screened, factors, linear))[:, None], 4
    )
    assert effects.size == pytest.approx(slopes, abs=1e-4)  # values of factors have six digits
    assert effects.mean == pytest.approx(slopes, abs=1e-4)
    assert effects.spread == pytest.approx(0, abs=1e-4)
    assert effects.shown.tolist() == [True, True, True, False]


def test_effects_of_ishigami_show_what_bends() -> None:
    design = Design(kind="morris", trajectories=60, levels=8)
    found = elementary_effects(unit_rows(design, SHIFT), np.array(outcomes(design, SHIFT, ishigami))[:, None], 8)
    assert found.shown.all()
    assert (found.spread > 0.5 * found.size).all()  # no input acts linearly
    assert abs(found.mean[2]) < 3 * found.spread[2] / math.sqrt(60)  # up and down: its mean is 0


def test_studies_without_any_effect_raise_a_false_alarm_as_often_as_said() -> None:
    factors = [Factor(f"x{i}") for i in range(5)]
    alarms, studies = 0, 120
    for seed in range(studies):
        rows = unit_rows(Design(kind="morris", trajectories=6, seed=seed), factors)
        found = elementary_effects(rows, with_noise([0.0] * len(rows), 4, 1.0, seed), 4)
        alarms += bool(found.shown.any())
    # nominal 5 %: 6 of 120, with a standard deviation of 2.4
    assert alarms <= 12, f"{alarms} of {studies}, said {FALSE_ALARMS:.0%}"


def test_an_effect_well_beyond_noise_is_found_in_nearly_every_study() -> None:
    factors = [Factor(f"x{i}") for i in range(5)]
    found = 0
    for seed in range(20):
        design = Design(kind="morris", trajectories=6, seed=seed)
        values = [3.0 * float(point["x2"]) for point in points_of(design, factors)]
        effects = elementary_effects(unit_rows(design, factors), with_noise(values, 4, 1.0, seed), 4)
        found += bool(effects.shown[2])
    assert found >= 18


def test_noise_is_what_replications_do_not_have_in_common() -> None:
    values = with_noise([float(k) for k in range(300)], 5, 2.0, 8)
    assert noise_variance(values) == pytest.approx(4 / 5, rel=0.1)
    assert noise_variance(values[:, :1]) == 0.0


def test_what_has_no_outcome_leaves_its_block_and_nothing_else() -> None:
    design = Design(kind="sobol", base_points=64)
    values = np.array(outcomes(design, SHIFT, ishigami))[:, None]
    values[7] = np.inf
    found = variance_shares(values, 3)
    assert (found.used, found.base_points) == (63, 64)
    assert np.isfinite(found.first).all()
    with pytest.raises(ValueError, match="0 of 2 trajectories have an outcome at every point"):
        elementary_effects(unit_rows(Design(kind="morris", trajectories=2), SHIFT), np.full((8, 1), np.nan), 4)


def test_an_outcome_that_nothing_moves_has_no_shares() -> None:
    found = variance_shares(np.full((64 * 5, 2), 3.0), 3)
    assert np.isnan(found.first).all()
    assert found.variance == 0
