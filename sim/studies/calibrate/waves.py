"""Wave by wave: run points that are not ruled out, emulate, rule out more of the space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.studies.calibrate.emulators import Emulator, emulator
from sim.studies.calibrate.implausibility import Against, luck_of, ranked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

#: So many points of a Sobol sequence (two to this power) stand for the whole space.
SPACE_LOG2 = 14
#: Numbers of replications of which each point has some, so that the luck of a few years does not pass for a bias.
MOST_LUCKS = 16


@dataclass(frozen=True)
class Wave:
    """Points of one wave with what the model gave.

    ``left``: share of the space that is not ruled out after it; ``short``: no point of the space was left to draw from.
    """

    number: int
    cube: Values  #: [points, parameters]
    lucks: tuple[tuple[int, ...], ...]  #: numbers of replications of each point
    values: Values  #: [points, replications, targets]
    left: float = 1.0
    short: bool = False


@dataclass(frozen=True)
class History:
    """Waves so far, and what they say of any point of the space."""

    against: Against
    cutoff: float
    rank: int
    waves: tuple[Wave, ...] = ()
    emulators: tuple[tuple[Emulator, ...], ...] = ()  #: of each wave, those of all points up to it
    luck: Values | None = None  #: [targets] variance of one year by chance

    def with_wave(self, wave: Wave, seed: int) -> History:
        """The history with one more wave: emulators are fitted to the points of all."""
        waves = (*self.waves, wave)
        cube = np.concatenate([one.cube for one in waves])
        luck = luck_of(np.concatenate([one.values for one in waves]))
        means = np.concatenate([means_of(one.values) for one in waves])
        new = tuple(emulator(cube, means[:, k], seed) for k in range(means.shape[1]))
        return History(self.against, self.cutoff, self.rank, waves, (*self.emulators, new), luck)

    def distances(self, cube: Values, last: bool = True) -> Values:
        """[points, targets] implausibility by the emulators of the last wave, or the largest of all waves."""
        assert self.luck is not None
        found = []
        for own in self.emulators[-1:] if last else self.emulators:
            predicted = [one.predict(cube) for one in own]
            mean, unknown = (np.column_stack(part) for part in zip(*predicted, strict=True))
            found.append(self.against.implausibility(mean, self.luck, unknown))
        worst: Values = np.max(found, axis=0)
        return worst

    def implausible(self, cube: Values) -> Values:
        """[points] by what a point is ruled out: the ranked distance, the largest of all waves."""
        found: Values = np.zeros(len(cube))
        assert self.luck is not None
        for own in self.emulators:
            predicted = [one.predict(cube) for one in own]
            mean, unknown = (np.column_stack(part) for part in zip(*predicted, strict=True))
            found = np.maximum(found, ranked(self.against.implausibility(mean, self.luck, unknown), self.rank))
        return found


def means_of(values: Values) -> Values:
    """[points, targets] means over the replications that have a value."""
    known = np.isfinite(values)
    n = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.divide(total, n, out=np.full(total.shape, np.nan), where=n > 0)


def whole_space(parameters: int, seed: int) -> Values:
    """[2 ** SPACE_LOG2, parameters] points that stand for the unit cube (Sobol, scrambled)."""
    from scipy.stats import qmc

    found: Values = qmc.Sobol(parameters, rng=np.random.default_rng(seed)).random_base2(SPACE_LOG2)
    return found


def first_points(number: int, base: Values, seed: int) -> Values:
    """[number, parameters] the base, and a Latin hypercube."""
    from scipy.stats import qmc

    cube = qmc.LatinHypercube(len(base), rng=np.random.default_rng(seed)).random(number - 1)
    return np.vstack([base, cube])


def next_points(history: History, number: int, seed: int) -> tuple[Values, float, bool]:
    """Points among those not ruled out, spread as evenly as the Sobol sequence is.

    Returns: [number, parameters]; the share of the space that is left; whether too little of it was found to draw from, in
        which case the least implausible points take part.
    """
    parameters = history.waves[0].cube.shape[1]
    space = whole_space(parameters, seed)
    implausible = history.implausible(space)
    left = implausible <= history.cutoff
    few = int(left.sum()) < number
    pool = space[np.argsort(implausible, kind="stable")] if few else space[left]
    return pool[:number], float(left.mean()), few


def lucks(points: int, replications: int, begin: int = 0) -> tuple[tuple[int, ...], ...]:
    """Numbers of the replications of each point: the next ones of ``MOST_LUCKS``, round and round."""
    most = max(MOST_LUCKS, replications)
    return tuple(tuple((begin + k * replications + r) % most for r in range(replications)) for k in range(points))


def run_wave(
    history: History,
    number: int,
    points: tuple[Values, float, bool],
    replications: int,
    run: Callable[[Values, Sequence[Sequence[int]]], Values],
    seed: int,
) -> History:
    """Run one wave's points; ``run`` gives [points, replications, targets] at points of the cube."""
    cube, left, few = points
    own = lucks(len(cube), replications)
    return history.with_wave(Wave(number, cube, own, run(cube, own), left, few), seed)
