"""Which inputs rule an outcome: elementary effects (Morris) and shares of variance (Sobol), the noise set apart.

Each point of a design is replicated with common random numbers: replication ``r`` of all points has the same luck. So
what a replication has in common over all points moves no difference between points, and the rest of the spread among
replications is noise: of a point's mean it leaves 1 / replications. Effects are held against what noise alone would
show; of a share of variance it is taken off.

SALib does the arithmetic (Morris 1991, Technometrics 33, 161-174; Campolongo et al. 2007, Environmental Modelling &
Software 22, 1509-1518; Saltelli et al. 2010, Computer Physics Communications 181, 259-270). Inputs stand at places of
the unit cube.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
#: Chance that one or more inputs without any effect are said to have one.
FALSE_ALARMS = 0.05
#: Draws from which the quantile of a mean of half-normal numbers is read, and resamples of a bootstrap.
_DRAWS, _RESAMPLES = 100_000, 500


@dataclass(frozen=True)
class Effects:
    """Elementary effects of each input: how the outcome changes over its whole range, at many places of the others.

    All are [input], in the outcome's unit: ``size`` the mean absolute effect (mu*) with its ``half_width`` (95 %,
    bootstrap), ``mean`` the mean with its sign (mu), ``spread`` among places (sigma: the input bends, or acts with
    others), ``noise`` the size that luck alone would show in all but ``FALSE_ALARMS`` of studies without any effect,
    ``shown`` whether the size is beyond it. ``used`` trajectories of ``trajectories`` had an outcome at every point.
    """

    size: F64
    half_width: F64
    mean: F64
    spread: F64
    noise: F64
    shown: npt.NDArray[np.bool_]
    used: int
    trajectories: int


@dataclass(frozen=True)
class Shares:
    """Shares of the outcome's variance that the inputs account for, noise taken off.

    All are [input]: ``first`` alone (S1), ``total`` with all that it does together with others (ST), each with the
    half-width of its 95 % bootstrap interval. ``variance`` is that over the inputs, in squared units of the outcome,
    ``noise`` what luck adds to it in a point's mean. Indices are not a number where the inputs move nothing beyond
    noise. ``used`` base points of ``base_points`` had an outcome in all of their block.
    """

    first: F64
    first_half_width: F64
    total: F64
    total_half_width: F64
    variance: float
    noise: float
    used: int
    base_points: int


def noise_variance(outcomes: F64) -> float:
    """Variance that noise leaves in a point's mean over replications, [point, replication]; 0 of one replication.

    What is left of the outcomes once the mean of each point and of each replication is taken off (analysis of
    variance of two ways without repetition), divided by the number of replications.
    """
    n, replications = outcomes.shape
    if replications < 2 or n < 2:
        return 0.0
    rest = outcomes - outcomes.mean(axis=1, keepdims=True) - outcomes.mean(axis=0, keepdims=True) + outcomes.mean()
    return float((rest**2).sum() / ((n - 1) * (replications - 1)) / replications)


def elementary_effects(rows: F64, outcomes: F64, levels: int, seed: int = 1) -> Effects:
    """Effects from a Morris design.

    Args:
        rows: [trajectories x (inputs + 1), inputs] places, trajectory after trajectory.
        outcomes: [point, replication]; a trajectory with one that is not finite is left out.
        levels: of the design.
        seed: of the bootstrap.

    Raises ValueError if fewer than two trajectories are left.
    """
    from SALib.analyze import morris

    k = rows.shape[1]
    of_trajectories = outcomes.reshape(-1, k + 1, outcomes.shape[1])
    whole = np.asarray(np.isfinite(of_trajectories).all(axis=(1, 2)))
    if whole.sum() < 2:
        raise ValueError(
            f"{int(whole.sum())} of {len(whole)} trajectories have an outcome at every point; two are needed"
        )
    places, found = rows.reshape(-1, k + 1, k)[whole], of_trajectories[whole]
    with np.errstate(invalid="ignore", divide="ignore"):
        told = morris.analyze(
            _problem(k),
            places.reshape(-1, k),
            found.mean(axis=2).ravel(),
            num_resamples=_RESAMPLES,
            num_levels=levels,
            seed=seed,
        )
    noise = _noise_of_effects(places, found)
    size = np.nan_to_num(np.asarray(told["mu_star"], float))
    degrees = len(places) * (found.shape[2] - 1)
    floor = np.sqrt(noise) * (_largest_by_luck(len(places), degrees, FALSE_ALARMS / k) if degrees else 0.0)
    return Effects(
        size,
        np.nan_to_num(np.asarray(told["mu_star_conf"], float)),
        np.nan_to_num(np.asarray(told["mu"], float)),
        np.nan_to_num(np.asarray(told["sigma"], float)),
        floor,
        size > np.maximum(floor, 1e-12 * np.abs(found).max()),
        len(places),
        len(whole),
    )


def variance_shares(outcomes: F64, inputs: int, seed: int = 1) -> Shares:
    """Shares of variance from a Sobol design without second-order indices.

    Args:
        outcomes: [base points x (inputs + 2), replication], block after block: a base point, the same with one input
            of the other base point each, the other base point. A block with one that is not finite is left out.
        inputs: how many.
        seed: of the bootstrap.

    Raises ValueError if fewer than eight blocks are left.
    """
    from SALib.analyze import sobol

    blocks = outcomes.reshape(-1, inputs + 2, outcomes.shape[1])
    whole = np.asarray(np.isfinite(blocks).all(axis=(1, 2)))
    if whole.sum() < 8:
        raise ValueError(f"{int(whole.sum())} of {len(whole)} base points have all of their outcomes; eight are needed")
    found = blocks[whole]
    means = found.mean(axis=2)
    both = found[:, [0, -1]].reshape(-1, found.shape[2])
    variance, noise = float(means[:, [0, -1]].var()), noise_variance(both)
    beyond = variance - noise
    if beyond <= max(1e-12 * variance, 1e-300):
        nothing = np.full(inputs, np.nan)
        return Shares(nothing, nothing, nothing, nothing, max(beyond, 0.0), noise, len(found), len(whole))
    with np.errstate(invalid="ignore", divide="ignore"):
        told = sobol.analyze(
            _problem(inputs), means.ravel(), calc_second_order=False, num_resamples=_RESAMPLES, seed=seed
        )
    steps = found[:, 1:-1] - found[:, :1]  # of each input, [block, input, replication]
    of_steps = steps.var(axis=2, ddof=1).mean(axis=0) / found.shape[2] if found.shape[2] > 1 else np.zeros(inputs)
    scale = variance / beyond
    return Shares(
        np.asarray(told["S1"], float) * scale,
        np.asarray(told["S1_conf"], float) * scale,
        np.asarray(told["ST"], float) * scale - of_steps / 2 / beyond,
        np.asarray(told["ST_conf"], float) * scale,
        beyond,
        noise,
        len(found),
        len(whole),
    )


def _problem(k: int) -> Mapping[str, Any]:
    return {"num_vars": k, "names": [str(i) for i in range(k)], "bounds": [[0.0, 1.0]] * k}


def _noise_of_effects(places: F64, found: F64) -> F64:
    """[input] variance that noise leaves in one elementary effect, from how it differs among replications."""
    steps = np.diff(places, axis=1)  # [trajectory, step, input], one of which moves
    moved = np.abs(steps).argmax(axis=2)
    by = np.abs(steps).max(axis=2)
    effects = np.diff(found, axis=1) / by[:, :, None]
    if found.shape[2] < 2:
        return np.zeros(places.shape[2])
    variances = effects.var(axis=2, ddof=1) / found.shape[2]
    return np.array([variances[moved == i].mean() for i in range(places.shape[2])])


@lru_cache(maxsize=64)
def _largest_by_luck(n: int, degrees: int, beyond: float) -> float:
    """What the mean of ``n`` absolute normal numbers exceeds with probability ``beyond``, over their spread.

    The spread is estimated with so many degrees of freedom.
    """
    chance = np.random.default_rng(20240101)
    sizes = np.abs(chance.standard_normal((_DRAWS, n))).mean(axis=1)
    return float(np.quantile(sizes / np.sqrt(chance.chisquare(degrees, _DRAWS) / degrees), 1 - beyond))
