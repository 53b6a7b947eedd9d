"""How shipments decide while a run goes: each market's answer as what single shipments bear.

A part of the plan goes on where the corridor takes so many days more than in the base year: the answer of the market, made
to fall. A shipment that stands at that part of the plan bears just as much. So all that are planned go on at the base year's
times, the parts are those of the answer at any other, and whoever comes back is who left last.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.clock import DAY_S, NEVER_S
from sim.runs.demand.answer import Known, Mind, lag_months
from sim.scenario.demand import Weighed

F64 = npt.NDArray[np.float64]
#: Days more than usual at which the answer is asked for, beside those that are less.
MORE_D = np.concatenate((np.arange(0, 60, 1), np.arange(60, 200, 5), np.arange(200, 500, 20), [500, 1_000, 2_000.0]))
#: Parts of the plan are told to so many digits.
DIGITS = 9


def usual_only(mind: Mind) -> Known:
    """[month] what the base year knew on average, with the spread's worth in the mean."""
    n = len(mind.calendar.month_end_s)
    days = mind.usual.mean_d + _ratio(mind) * mind.usual.sd_d
    return Known(np.full(n, days), np.zeros(n), np.full(n, mind.usual.price))


def weighed_of(mind: Mind, price: dict[str, float]) -> dict[str, Weighed]:
    """Flow -> how its shipments decide. ``mind.usual`` has the spread's worth in its mean (``without_spread``).

    Args:
        price: flow -> USD per unit by the corridor in this scenario.
    """
    market, usual, ratio = mind.market, mind.usual, _ratio(mind)
    mean_d = usual.mean_d + ratio * usual.sd_d
    grid = np.unique(np.concatenate((-np.arange(np.ceil(mean_d), 0, -1.0), MORE_D)))
    stays, turned = _answers(mind, mean_d, grid, price)
    leaves = np.stack([_leaves(mind, grid, own) for own in turned])
    kept, days = _that_differ(stays, leaves), mind.calendar.days
    ways = tuple(given.rival for given in market.rivals) or ("",)
    found = {}
    for name in mind.plan:
        base = usual.of_flow.get(name, (usual.mean_d, usual.sd_d, usual.price))
        late_d = usual.late_d.get(name, np.inf)
        found[name] = Weighed(
            ways,
            round((base[0] + ratio * base[1]) * DAY_S),
            round(late_d * DAY_S) if np.isfinite(late_d) else NEVER_S // 2,
            round(1000 * ratio),
            lag_months(market),
            market.known_over,
            tuple(days[k] for k in kept),
            tuple(grid.tolist()),
            tuple(tuple(stays[k].tolist()) for k in kept),
            tuple(tuple(tuple(cell) for cell in leaves[k].tolist()) for k in kept),
        )
    return found


def _ratio(mind: Mind) -> float:
    """What a day of standard deviation counts as; captive cargo looks at the mean alone."""
    return 0.0 if mind.market.reacts == "captive" else mind.market.reliability_ratio


def _answers(mind: Mind, mean_d: float, grid: F64, price: dict[str, float]) -> tuple[F64, F64]:
    """[stretch, grid] the part of the plan that goes on, never rising and at most all; [stretch, grid, rival] what is turned."""
    n, usual = len(mind.calendar.month_end_s), mind.usual
    own = np.full(n, usual.price)
    for name, weight in mind.weights.items():
        base = usual.of_flow.get(name, (usual.mean_d, usual.sd_d, usual.price))[2]
        own += weight * (price.get(name, base) - base)
    found = [mind.answers(Known(np.full(n, mean_d + more), np.zeros(n), np.maximum(own, 0.0))) for more in grid]
    growth = mind.growth[:, None]
    share = np.stack([answer.share for answer in found], axis=1)
    stays = np.divide(share, growth, out=np.ones_like(share), where=growth > 0)
    stays = np.minimum.accumulate(np.minimum(np.round(stays, DIGITS), 1.0), axis=1)
    return stays, np.stack([answer.turned for answer in found], axis=1)


def _leaves(mind: Mind, grid: F64, turned: F64) -> F64:
    """[cell, way] by which ways those leave who go on no longer between one point of the grid and the next.

    Beyond the usual time they go where each day more drives them; before it, where the rivals' own change has.
    """
    n_way = turned.shape[1]
    if not n_way:
        return np.ones((len(grid) - 1, 1))
    base = np.array([given.share for given in mind.market.rivals])
    base = base / base.sum()
    at_usual = turned[int(np.searchsorted(grid, 0.0))]
    cells = np.where(grid[:-1, None] >= 0, np.diff(turned, axis=0), at_usual)
    cells = np.maximum(cells, 0.0)
    total = cells.sum(axis=1, keepdims=True)
    return np.round(np.divide(cells, total, out=np.tile(base, (len(cells), 1)), where=total > 1e-15), DIGITS)


def _that_differ(stays: F64, leaves: F64) -> list[int]:
    """Stretches that differ from the one before."""
    return [
        k
        for k in range(len(stays))
        if not k or not (np.array_equal(stays[k], stays[k - 1]) and np.array_equal(leaves[k], leaves[k - 1]))
    ]
