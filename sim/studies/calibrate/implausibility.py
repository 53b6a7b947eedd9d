"""How far a point is from what was published, in standard deviations of all that is not known of the difference.

I = |published - mean| / sqrt(V observed + V luck + V emulator + V discrepancy), for each target; a point is ruled out when
the ``rank``-th largest over the targets exceeds the cutoff (Craig and others 1997; Vernon, Goldstein and Bower 2010, Bayesian
Analysis 5). Luck is that of one year, because one year is what was observed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.network.moved import short
from sim.studies.calibrate.file import Calibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.network.tables import Observation

    Values = NDArray[np.float64]


@dataclass(frozen=True)
class Against:
    """What was published, and the variances of what is known of it before a point is run; [targets] each."""

    names: tuple[str, ...]
    published: Values
    observed: Values  #: variance of what was published
    discrepancy: Values  #: variance of what the model misses at its best

    @classmethod
    def of(cls, plan: Calibration, rows: Mapping[str, Observation]) -> Against:
        """The targets of a file. Half a printed range, or the tolerance if it is wider, is two standard deviations."""
        targets = plan.content.targets
        figure = np.array([rows[name].value for name in targets])
        tolerance = np.array([one.tolerance for one in targets.values()]) * np.abs(figure)
        half = np.array([_half_range(rows[name]) for name in targets])
        missed = np.array([one.discrepancy for one in targets.values()]) * np.abs(figure)
        return cls(tuple(targets), figure, (np.maximum(tolerance, half) / 2) ** 2, missed**2)

    def implausibility(self, mean: Values, luck: Values, unknown: Values | float = 0.0) -> Values:
        """[points, targets] distances.

        Args:
            mean: [points, targets] of the model; not a number where no shipment happened to be there to be timed: that says
                nothing of the inputs, and counts as met. What is under way for ever is timed until the run stops.
            luck: [targets] variance of one year; unknown: of the mean itself, that of an emulator or of its replications.
        """
        spread = np.sqrt(self.observed + luck + self.discrepancy + unknown)
        return np.where(np.isnan(mean), 0.0, np.abs(self.published - mean) / spread)


@dataclass(frozen=True)
class Figures:
    """A calibration's file with the published figures that it names: targets first, then the tests that are none."""

    plan: Calibration
    rows: Mapping[str, Observation]
    against: Against

    @classmethod
    def of(cls, plan: Calibration, observed: Mapping[str, Observation]) -> Figures:
        """Those of a checked file."""
        content = plan.content
        rows = {name: observed[name] for name in (*content.targets, *content.left_out)}
        return cls(plan, rows, Against.of(plan, rows))

    @property
    def targets(self) -> int:
        """Number of targets, the first of ``rows``."""
        return len(self.plan.content.targets)


def _half_range(row: Observation) -> float:
    return (row.high - row.low) / 2 if row.low is not None and row.high is not None else 0.0


def ranked(distances: Values, rank: int) -> Values:
    """[points] the ``rank``-th largest distance over the targets, 1 the largest; the least if there are fewer."""
    rank = min(rank, distances.shape[1])
    found: Values = np.sort(distances, axis=1)[:, -rank]
    return found


def luck_of(values: Values) -> Values:
    """[targets] variance of one year by chance, from [points, replications, targets]: within points, over all points."""
    known = np.isfinite(values)
    n = known.sum(axis=1)
    mean = np.where(known, values, 0.0).sum(axis=1) / np.maximum(n, 1)
    apart = np.where(known, (values - mean[:, None, :]) ** 2, 0.0).sum(axis=(0, 1))
    found: Values = apart / np.maximum(np.maximum(n - 1, 0).sum(axis=0), 1)
    return found


@dataclass(frozen=True)
class Space:
    """The free parameters' ranges, logarithmic, as a unit cube."""

    names: tuple[str, ...]
    low: Values
    high: Values

    @classmethod
    def of(cls, plan: Calibration) -> Space:
        """That of a file."""
        ends = np.array([free.range for free in plan.content.free.values()], float)
        return cls(plan.names, np.log(ends[:, 0]), np.log(ends[:, 1]))

    def factors(self, cube: Values) -> list[dict[str, float]]:
        """Factors of each free parameter at points of the cube, six digits of them."""
        logs = self.low + cube * (self.high - self.low)
        return [{name: short(value) for name, value in zip(self.names, row, strict=True)} for row in np.exp(logs)]

    def cube(self, points: Sequence[Mapping[str, float]]) -> Values:
        """Points of the cube, given factors."""
        logs = np.log([[point[name] for name in self.names] for point in points])
        found: Values = (logs - self.low) / (self.high - self.low)
        return found

    @property
    def base(self) -> Values:
        """Where every value is as it stands."""
        found: Values = -self.low / (self.high - self.low)
        return found
