"""The best package under a budget, against every subset tried in turn."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest

from sim.statistics.knapsack import best_package


def by_trying_all(gains, costs, budget, conflicts) -> float:
    """Gain of the best of all subsets."""
    places = range(len(gains))
    subsets = chain.from_iterable(combinations(places, n) for n in range(len(gains) + 1))
    allowed = (s for s in subsets if sum(costs[k] for k in s) <= budget and not any(c <= set(s) for c in conflicts))
    return max(sum(gains[k] for k in s) for s in allowed)


@pytest.mark.parametrize("seed", range(40))
def test_no_package_is_better(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    gains = rng.integers(-3, 20, n).tolist()
    costs = rng.integers(1, 12, n).tolist()
    budget = int(rng.integers(1, 30))
    pairs = [frozenset(pair) for pair in combinations(range(n), 2)]
    conflicts = [pair for pair in pairs if rng.random() < 0.25]
    found = best_package(gains, costs, budget, conflicts)
    assert sum(costs[k] for k in found) <= budget
    assert not any(pair <= set(found) for pair in conflicts)
    assert sum(gains[k] for k in found) == by_trying_all(gains, costs, budget, conflicts)


def test_the_cheapest_gain_is_not_always_in_the_best_package() -> None:
    assert best_package([6, 10, 12], [1, 2, 3], 5) == (1, 2)  # greedy by gain per cost would take 0 and 1


def test_what_does_no_good_is_not_bought_and_costs_are_above_zero() -> None:
    assert best_package([-1.0, 0.0], [1.0, 1.0], 10.0) == ()
    with pytest.raises(ValueError, match="above 0"):
        best_package([1.0], [0.0], 10.0)


def test_forty_candidates_take_no_time_and_beat_the_greedy_choice() -> None:
    rng = np.random.default_rng(1)
    gains, costs = rng.uniform(0, 1, 40).tolist(), rng.uniform(1, 100, 40).tolist()
    found = best_package(gains, costs, 300.0)
    assert sum(costs[k] for k in found) <= 300.0
    room, greedy = 300.0, 0.0
    for k in sorted(range(40), key=lambda k: -gains[k] / costs[k]):
        if costs[k] <= room:
            room, greedy = room - costs[k], greedy + gains[k]
    assert sum(gains[k] for k in found) >= greedy - 1e-9
