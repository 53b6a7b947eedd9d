"""The two designs of a study of sensitivity: elementary effects (Morris) and shares of variance (Sobol)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from sim.indicators import Measure
from sim.scenario.faults import written
from sim.statistics.indices import Effects, Shares, elementary_effects, variance_shares
from sim.studies.sensitivity.result import Effect, Screening, Share, Variance
from sim.studies.sweep.design import Design, at, unit_rows
from sim.studies.sweep.factors import Factor

#: Levels of a Morris design.
LEVELS = 4
#: [point, replication] of each indicator at points given as ``key=value`` texts.
Outcomes = Callable[[list[list[str]]], dict[Measure, np.ndarray]]
Found = TypeVar("Found")


def screen(factors: Sequence[Factor], trajectories: int, outcomes: Outcomes) -> dict[Measure, Effects | str]:
    """Elementary effects of factors on each indicator, or why there are none."""
    rows = unit_rows(Design(kind="morris", trajectories=trajectories, levels=LEVELS), factors)
    return _on_each(factors, rows, outcomes, lambda values: elementary_effects(rows, values, LEVELS))


def weigh(factors: Sequence[Factor], base_points: int, outcomes: Outcomes) -> dict[Measure, Shares | str]:
    """Shares of variance of factors for each indicator, or why there are none."""
    rows = unit_rows(Design(kind="sobol", base_points=base_points), factors)
    return _on_each(factors, rows, outcomes, lambda values: variance_shares(values, len(factors)))


def _on_each(
    factors: Sequence[Factor], rows: np.ndarray, outcomes: Outcomes, find: Callable[[np.ndarray], Found]
) -> dict[Measure, Found | str]:
    """What is found in the outcomes of each indicator at a design's points, or why nothing is."""
    found: dict[Measure, Found | str] = {}
    for m, values in outcomes([_point(factors, row) for row in rows]).items():
        try:
            found[m] = find(values)
        except ValueError as error:
            found[m] = str(error)
    return found


def _point(factors: Sequence[Factor], row: np.ndarray) -> list[str]:
    own = at(factors, row)
    return [f"{key}={written(own[one.key])}" for one in factors for key in one.keys]


def screening_of(found: Effects | str | None, factors: Sequence[Factor], named: Mapping[str, str]) -> Screening | None:
    """Effects by what factors are called, the largest first; None where there are none."""
    if not isinstance(found, Effects):
        return None
    effects = [
        Effect(
            named[one.key],
            float(found.size[k]),
            float(found.half_width[k]),
            float(found.mean[k]),
            float(found.spread[k]),
            float(found.noise[k]),
            bool(found.shown[k]),
        )
        for k, one in enumerate(factors)
    ]
    return Screening(tuple(sorted(effects, key=lambda one: -one.size)), found.trajectories, found.used)


def variance_of(found: Shares | str | None, kept: Sequence[Factor], named: Mapping[str, str]) -> Variance | None:
    """Shares by what factors are called, the largest first; None where there are none."""
    if not isinstance(found, Shares):
        return None

    def known(value: float) -> float | None:
        return float(value) if np.isfinite(value) else None

    shares = [
        Share(
            named[one.key],
            known(found.first[k]),
            known(found.first_half_width[k]),
            known(found.total[k]),
            known(found.total_half_width[k]),
        )
        for k, one in enumerate(kept)
    ]
    ordered = tuple(sorted(shares, key=lambda one: -(one.total or 0.0)))
    return Variance(ordered, found.variance**0.5, found.noise**0.5, found.base_points, found.used)
