"""How much a study of sensitivity runs, and what of that cannot be."""

from __future__ import annotations

from dataclasses import dataclass

from sim.errors import InputError, Problem
from sim.studies.sweep.design import Design
from sim.studies.sweep.file import SweepPlan

MOST_POINTS = 10_000


@dataclass(frozen=True)
class Plan:
    """How much is run: ``groups`` at most, ``trajectories`` of screening (0: none), ``keep`` factors of the Sobol
    design with ``base_points`` (0: none), and at most ``most_points`` in all."""

    groups: int = 40
    trajectories: int = 10
    keep: int = 8
    base_points: int = 128
    most_points: int = MOST_POINTS

    def refuse_unfit(self) -> None:
        """Raise InputError with all that cannot be."""
        told = []
        if self.groups < 2:
            told.append(Problem(f"{self.groups}; allowed: 2 or more", "--groups"))
        if self.keep < 1:
            told.append(Problem(f"{self.keep}; allowed: 1 or more", "--keep"))
        if self.trajectories < 0 or self.trajectories == 1:
            told.append(Problem(f"{self.trajectories}; allowed: 2 or more, or 0 for none", "--trajectories"))
        n = self.base_points
        if n < 0 or n & (n - 1) or n in (1, 2, 4):
            below = max(2 ** (max(n, 8).bit_length() - 1), 8)
            told.append(
                Problem(f"{n} is no power of two from 8 on; allowed: {below} or {2 * below}, or 0", "--base-points")
            )
        if not self.trajectories and not n:
            told.append(Problem("neither trajectories nor base points: there is nothing to run", "--trajectories"))
        if told:
            raise InputError(told)

    def refuse_too_many(self, factors: int) -> None:
        """Raise InputError if the designs have more points than are allowed."""
        kept = min(self.keep, factors) if self.trajectories else factors
        points = self.trajectories * (factors + 1) + self.base_points * (kept + 2)
        if points > self.most_points:
            told = (
                f"{points:,} points for {factors} factors, over the limit of {self.most_points:,}; "
                "fewer --groups, --trajectories or --base-points, or a larger --most-points"
            )
            raise InputError([Problem(told, "--most-points")])


def sizes(trajectories: int | None, base_points: int | None, sweep: SweepPlan | None) -> tuple[int, int]:
    """Trajectories and base points: those given, else those of a file's own design, else the defaults."""
    own = sweep.content.design if sweep is not None else Design()
    if trajectories is None:
        trajectories = {"morris": own.trajectories or 0, "sobol": 0}.get(own.kind, Plan.trajectories)
    if base_points is None:
        base_points = {"sobol": own.base_points or 0, "morris": 0}.get(own.kind, Plan.base_points)
    return trajectories, base_points
