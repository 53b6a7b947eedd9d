"""What the targets can tell apart: the singular values of how they answer to the free parameters.

J = d(mean of a target) / d(parameter), each target in its standard deviations and each parameter in its whole range, by
paired runs on both sides of a point. A direction whose singular value is below 1 moves nothing by as much as is not known
of it: the figures do not tell where along it the truth lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

#: So far on either side of the point, in the unit cube.
STEP = 0.2
#: A parameter is named in a direction if it has at least this part of it.
NAMED = 0.35


@dataclass(frozen=True)
class Direction:
    """One way through the space: its singular value, and each parameter's part of it (a unit vector)."""

    strength: float
    parts: tuple[float, ...]

    @property
    def is_seen(self) -> bool:
        """Whether going along it from end to end moves the targets by more than a standard deviation."""
        return self.strength >= 1.0

    def words(self, names: Sequence[str]) -> str:
        """The parameters that make it up, those that grow first."""
        order = sorted(range(len(names)), key=lambda k: -abs(self.parts[k]))
        named = [k for k in order if abs(self.parts[k]) >= NAMED] or order[:1]
        sign = 1.0 if self.parts[named[0]] > 0 else -1.0
        more = [names[k] for k in named if self.parts[k] * sign > 0]
        less = [names[k] for k in named if self.parts[k] * sign < 0]
        return " and ".join(more) + (f" up with {' and '.join(less)} down" if less else "")


def pairs_around(point: Values) -> Values:
    """[2 x parameters, parameters] each parameter below and above a point, within the unit cube."""
    found = []
    for k in range(len(point)):
        for side in (-STEP, STEP):
            moved = point.copy()
            moved[k] = np.clip(point[k] + side, 0.0, 1.0)
            found.append(moved)
    return np.array(found)


def slopes(cube: Values, means: Values, spread: Values) -> Values:
    """[targets, parameters] answers, in standard deviations for a whole range.

    Args:
        cube: as ``pairs_around`` gives; means: [points, targets] of the model there; spread: [targets] standard deviations.
    """
    below, above = cube[0::2], cube[1::2]
    width = np.array([above[k, k] - below[k, k] for k in range(cube.shape[1])])
    found: Values = ((means[1::2] - means[0::2]) / spread).T / width
    return np.nan_to_num(found)


def directions(jacobian: Values) -> list[Direction]:
    """The directions of the space, the best seen first."""
    _, strengths, rows = np.linalg.svd(jacobian, full_matrices=True)
    strengths = np.concatenate([strengths, np.zeros(len(rows) - len(strengths))])
    return [
        Direction(float(strength), tuple(float(part) for part in row))
        for strength, row in zip(strengths, rows, strict=True)
    ]
