"""What each part of a package is worth: alone, last in, and by Shapley value.

The Shapley value is the mean of a part's marginal contribution over all orders in which the package can be
put together (Shapley 1953, Contributions to the Theory of Games II, 307-317). Beyond ``MOST_EXACT`` parts it is
estimated from random orders, each with its reverse (Castro, Gomez and Tejada 2009, Computers & Operations
Research 36, 1726-1730; reversed pairs: Mitchell et al. 2022, JMLR 23(43)).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import numpy.typing as npt

from sim.statistics.intervals import interval

MOST_EXACT = 6
Subset = frozenset[int]
F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """The subsets of parts that must be run; ``orders`` is empty where all are (exact values)."""

    parts: int
    orders: tuple[tuple[int, ...], ...]
    subsets: tuple[Subset, ...]


@dataclass(frozen=True)
class Worth:
    """Contribution of one part, [replication] each; ``sampling_half_width`` is that over pairs of orders
    (None: exact, or a single pair). Infinite where lots that never landed leave a difference open."""

    alone: F64
    last: F64
    shapley: F64
    sampling_half_width: float | None


def design(parts: int, pairs: int, seed: int) -> Design:
    """Which subsets to run: all of them up to ``MOST_EXACT`` parts, else those along ``pairs`` random orders and
    their reverses, and those that tell what each part is worth alone and last in."""
    everything = tuple(range(parts))
    if parts <= MOST_EXACT:
        every = [frozenset(c) for size in range(parts + 1) for c in combinations(everything, size)]
        return Design(parts, (), tuple(every))
    chance = np.random.default_rng(seed)
    drawn = [tuple(int(p) for p in chance.permutation(parts)) for _ in range(pairs)]
    orders = tuple(order for first in drawn for order in (first, first[::-1]))
    needed = {frozenset(order[:k]) for order in orders for k in range(parts + 1)}
    whole = frozenset(everything)
    needed |= {s for p in everything for s in (frozenset([p]), whole - {p})} | {frozenset(), whole}
    return Design(parts, orders, tuple(sorted(needed, key=lambda s: (len(s), sorted(s)))))


def worths(plan: Design, values: Mapping[Subset, F64]) -> list[Worth]:
    """The worth of each part.

    Args:
        plan: the design.
        values: [replication] value of every subset of the design.

    The Shapley values of all parts add up to the value of the whole package less that of none, in each replication
    that is finished in every subset.
    """
    whole, none = frozenset(range(plan.parts)), frozenset[int]()
    found = []
    for part in range(plan.parts):
        alone = apart(values[frozenset([part])], values[none])
        last = apart(values[whole], values[whole - {part}])
        if plan.orders:
            by_order = np.array([_marginal(order, part, values) for order in plan.orders])
            pairs = by_order.reshape(-1, 2, by_order.shape[1]).mean(axis=1)
            found.append(Worth(alone, last, pairs.mean(axis=0), interval(pairs.mean(axis=1)).half_width))
        else:
            found.append(Worth(alone, last, _exact(plan, part, values), None))
    return found


def apart(values: F64, base: F64) -> F64:
    """Differences, [replication]; infinite, so that it is told as unfinished, where one of the two is."""
    endless = np.isinf(values) | np.isinf(base)
    return np.subtract(values, base, out=np.full(values.shape, np.inf), where=~endless)


def _exact(plan: Design, part: int, values: Mapping[Subset, F64]) -> F64:
    total = np.zeros_like(values[frozenset()])
    for subset in plan.subsets:
        if part not in subset:
            share = factorial(len(subset)) * factorial(plan.parts - len(subset) - 1) / factorial(plan.parts)
            total = total + share * apart(values[subset | {part}], values[subset])
    return total


def _marginal(order: Sequence[int], part: int, values: Mapping[Subset, F64]) -> F64:
    before = frozenset(order[: order.index(part)])
    return apart(values[before | {part}], values[before])
