"""One rule for where a target is missed: bounds on a few factors, with coverage and density.

Of a small tree over the factors (Breiman et al. 1984; scikit-learn) the leaves are boxes; a box says where points fail
and nothing of why. Coverage is the share of all failing points that lie in the box, density the share of its points that
fail (Bryant and Lempert 2010, Technological Forecasting and Social Change 77, 34-49). Of the boxes of trees of one to
``DEPTH`` levels that one is taken with the largest coverage times what its density gains over that of all points; of
equal ones that with fewer bounds. A rule is checked on points that were not there when it was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
#: Levels of the largest tree: so many bounds a rule has at most.
DEPTH = 3
#: Share of the points that a box holds at least.
SMALLEST = 0.03
#: Score that a rule has at least to be told.
LEAST_SCORE = 0.1


@dataclass(frozen=True)
class Bound:
    """A factor lies above ``above`` and at ``at_most`` at most; None: no such end."""

    factor: int
    above: float | None
    at_most: float | None

    def holds(self, points: F64) -> Flags:
        """[point] whether it does."""
        column = points[:, self.factor]
        found = np.ones(len(points), bool)
        if self.above is not None:
            found &= column > self.above
        if self.at_most is not None:
            found &= column <= self.at_most
        return found


@dataclass(frozen=True)
class Judged:
    """What a rule is worth on some points: how many there are, fail, lie inside, and both."""

    points: int
    failing: int
    inside: int
    both: int

    @property
    def coverage(self) -> float | None:
        """Share of the failing points that lie inside."""
        return self.both / self.failing if self.failing else None

    @property
    def density(self) -> float | None:
        """Share of the points inside that fail."""
        return self.both / self.inside if self.inside else None

    @property
    def score(self) -> float:
        """Coverage times the gain of density over that of all points, of the gain that there can be; 1 is a perfect box."""
        every = self.failing / self.points if self.points else 1.0
        if every >= 1 or not self.inside:
            return 0.0
        return (self.coverage or 0.0) * max((self.density or 0.0) - every, 0.0) / (1 - every)


def rule_holds(bounds: Sequence[Bound], points: F64) -> Flags:
    """[point] whether all bounds hold."""
    found = np.ones(len(points), bool)
    for bound in bounds:
        found &= bound.holds(points)
    return found


def judged(bounds: Sequence[Bound], points: F64, fails: Flags) -> Judged:
    """What a rule is worth on points, [point, factor], of which some fail."""
    inside = rule_holds(bounds, points)
    return Judged(len(points), int(fails.sum()), int(inside.sum()), int((inside & fails).sum()))


def find_rule(points: F64, fails: Flags) -> tuple[Bound, ...]:
    """The rule that tells best where points fail; none where all or none do, or nothing tells it.

    Args:
        points: [point, factor] values as numbers; where a factor has steps, those of the steps.
        fails: [point] whether the target is missed.
    """
    from sklearn.tree import DecisionTreeClassifier

    if not 0 < fails.sum() < len(fails):
        return ()
    least = max(2, int(np.ceil(SMALLEST * len(points))))
    best: tuple[float, int, tuple[Bound, ...]] = (LEAST_SCORE, 0, ())
    for depth in range(1, DEPTH + 1):
        for weight in (None, "balanced"):
            tree = DecisionTreeClassifier(
                max_depth=depth, min_samples_leaf=least, class_weight=weight, random_state=1
            ).fit(points, fails)
            for bounds in _boxes(tree.tree_):
                score = judged(bounds, points, fails).score
                if score > best[0] + 1e-9 or (score > best[0] - 1e-9 and len(bounds) < best[1]):
                    best = (score, len(bounds), bounds)
    return best[2]


def share_interval(hits: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share (1934, Biometrika 26, 404-413); all of [0, 1] of nothing."""
    from scipy.stats import beta

    if not of:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else float(beta.ppf(tail, hits, of - hits + 1))
    high = 1.0 if hits == of else float(beta.ppf(1 - tail, hits + 1, of - hits))
    return low, high


def _boxes(tree: Any) -> Iterator[tuple[Bound, ...]]:
    """The box of every node below the root, each factor once."""

    def below(node: int, ends: dict[int, tuple[float | None, float | None]]) -> Iterator[tuple[Bound, ...]]:
        if ends:
            yield tuple(Bound(k, *ends[k]) for k in sorted(ends))
        left = int(tree.children_left[node])
        if left < 0:
            return
        factor, at = int(tree.feature[node]), float(tree.threshold[node])
        above, at_most = ends.get(factor, (None, None))
        yield from below(left, ends | {factor: (above, at)})
        yield from below(int(tree.children_right[node]), ends | {factor: (at, at_most)})

    return below(0, {})
