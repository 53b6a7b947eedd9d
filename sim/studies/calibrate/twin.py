"""Does the method find what it is to find? A set is hidden, its own outcome is taken for what was published.

The hidden set's first replication is a year as the world might have given it; it is held back from the emulators, and
the rest of the space is ruled out by it as by the published figures. A method that is right keeps the hidden set nearly
always, and rules out the more of the space the more the figures say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.studies.calibrate.emulators import emulator
from sim.studies.calibrate.implausibility import Against, luck_of, ranked
from sim.studies.calibrate.waves import means_of, whole_space

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]


@dataclass(frozen=True)
class Twin:
    """One hidden set: its distance, the share of the space that is left, and how far the middle of it lies off."""

    point: int
    distance: float
    kept: bool
    left: float
    off: tuple[float, ...]  #: of each parameter, in parts of its range


def twins(
    cube: Values, values: Values, against: Against, hidden: list[int], cutoff: float, rank: int, seed: int
) -> list[Twin]:
    """Hide each of some points in turn.

    Args:
        cube: [points, parameters] that were run; values: [points, replications, targets] what they gave.
        hidden: places of the points to hide.
    """
    luck, space, found = luck_of(values), whole_space(cube.shape[1], seed), []
    means = means_of(values)
    for at in hidden:
        rest = np.arange(len(cube)) != at
        own = [emulator(cube[rest], means[rest, k], seed) for k in range(means.shape[1])]
        seen = replace(against, published=values[at, 0])
        known = np.isfinite(seen.published)

        def distances(points: Values, own=own, seen=seen, known=known) -> Values:  # type: ignore[no-untyped-def]
            predicted = [one.predict(points) for one in own]
            mean, unknown = (np.column_stack(part) for part in zip(*predicted, strict=True))
            return ranked(seen.implausibility(mean, luck, unknown)[:, known], rank)

        distance = float(distances(cube[at : at + 1])[0])
        left = distances(space) <= cutoff
        middle = space[left].mean(axis=0) if left.any() else np.full(cube.shape[1], np.nan)
        off = tuple(float(x) for x in middle - cube[at])
        found.append(Twin(at, distance, distance <= cutoff, float(left.mean()), off))
    return found
