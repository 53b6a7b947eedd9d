"""Which candidates move which target: elementary effects (Morris, Technometrics 33, 1991; Campolongo and others, 2007)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def problem(names: Sequence[str], ranges: Mapping[str, tuple[float, float]]) -> Mapping[str, object]:
    """The factors as SALib has them, logarithms of their ranges."""
    return {
        "num_vars": len(names),
        "names": list(names),
        "bounds": [[float(np.log(end)) for end in ranges[name]] for name in names],
    }


def trajectories(of: Mapping[str, object], number: int, levels: int, seed: int) -> NDArray[np.float64]:
    """[points, factors] points of trajectories in each of which every factor moves once, on a log scale."""
    from SALib.sample import morris

    found: NDArray[np.float64] = morris.sample(dict(of), number, num_levels=levels, seed=seed)
    return found


def effects(
    of: Mapping[str, object], points: NDArray[np.float64], values: NDArray[np.float64], levels: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean size of a factor's effects, and their mean with its sign, over its whole range.

    Args:
        points: [points, factors]; values: [points] of one outcome.
    """
    from SALib.analyze import morris

    found = morris.analyze(dict(of), points, values, num_levels=levels, num_resamples=2, seed=0)
    return np.asarray(found["mu_star"], float), np.asarray(found["mu"], float)
