"""The best package under a budget: which candidates together gain most at no more than a given cost.

Exact, by branch and bound: candidates are tried in the order of gain per cost, and a branch ends where even a
fraction of the next candidate would not lift it above the best package found (Dantzig 1957, Operations Research
5, 266-277; Martello and Toth 1990, Knapsack Problems, section 2.5).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence


def best_package(
    gains: Sequence[float], costs: Sequence[float], budget: float, conflicts: Collection[frozenset[int]] = ()
) -> tuple[int, ...]:
    """Places of the candidates whose gains add up to most, sorted; none that gains nothing is taken.

    Args:
        gains: of each candidate by itself; they are added up.
        costs: of each candidate, above 0.
        budget: what the package may cost.
        conflicts: pairs of places that cannot be had together.

    Raises:
        ValueError: a cost is not above 0.
    """
    if any(cost <= 0 for cost in costs):
        raise ValueError("costs must lie above 0")
    useful = [k for k in range(len(gains)) if gains[k] > 0 and costs[k] <= budget]
    order = sorted(useful, key=lambda k: (-gains[k] / costs[k], k))
    barred = {k: {j for pair in conflicts if k in pair for j in pair - {k}} for k in order}
    best: tuple[float, tuple[int, ...]] = (0.0, ())

    def bound(place: int, room: float) -> float:
        """What the rest could still gain if candidates could be had in part and together."""
        most = 0.0
        for k in order[place:]:
            if costs[k] > room:
                return most + gains[k] * room / costs[k]
            most, room = most + gains[k], room - costs[k]
        return most

    def branch(place: int, taken: tuple[int, ...], gain: float, room: float) -> None:
        nonlocal best
        if gain > best[0]:
            best = gain, taken
        if place == len(order) or gain + bound(place, room) <= best[0]:
            return
        k = order[place]
        if costs[k] <= room and not barred[k].intersection(taken):
            branch(place + 1, (*taken, k), gain + gains[k], room - costs[k])
        branch(place + 1, taken, gain, room)

    branch(0, (), 0.0, budget)
    return tuple(sorted(best[1]))
