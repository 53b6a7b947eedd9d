"""What shippers see of a run: the times of their cargo, flow by flow, and what is published of them month by month."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from sim.analysis.costs import cost_table, rate_book
from sim.analysis.ledger import ledger
from sim.analysis.records import run_info
from sim.clock import DAY_S
from sim.model.build import build
from sim.model.draws import Model
from sim.network.world import World
from sim.runs.demand.calendar import Stretches
from sim.runs.engines import engine_that_runs, runs_on_threads
from sim.runs.executors import on_threads
from sim.runs.sampled_inputs import Worlds, varies
from sim.runs.worker import simulate

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Journeys:
    """Shipments of one flow in one replication: second of departure, of arrival (-1: none until the run stops), units."""

    born_s: I64
    done_s: I64
    units: F64


@dataclass(frozen=True)
class Seen:
    """What a run makes of the flows: ``journeys`` flow -> [replication]; ``price`` flow -> USD per unit (0 where no tariff
    is known)."""

    journeys: dict[str, list[Journeys]]
    price: dict[str, float]


def see(
    world: World,
    model: Model | None,
    flows: Sequence[str],
    engine: str,
    workers: int | None,
    told: Callable[[], None] = lambda: None,
    prices: dict[str, float] | None = None,
) -> Seen:
    """Run all replications of a world and keep the times of some flows.

    Args:
        model: that of the world, if it is built.
        workers: at a time; default is one for each processor.
        told: called after each replication.
        prices: if known; else those of replication 0 are taken.
    """
    own = Worlds(world.scenario, "fixed") if varies(world.scenario, "fixed") else None
    model = model if own else model or build(world)
    count = world.scenario.replications
    engine_that_runs(engine)
    found: list[dict[str, Journeys]] = [{} for _ in range(count)]
    known = dict(prices) if prices is not None else {}

    def replicate(k: int, stopped: Callable[[], bool] = lambda: False) -> None:
        if stopped():
            return
        here = build(own.world(k)[0]) if own else model
        assert here is not None
        found[k], paid = _one(here, engine, k, flows, prices is None and k == 0)
        known.update(paid)

    threads = min(workers or os.cpu_count() or 1, count)
    if threads > 1 and runs_on_threads(engine) and own is None:
        for _ in on_threads([partial(replicate, k) for k in range(count)], threads):
            told()
    else:
        for k in range(count):
            replicate(k)
            told()
    return Seen({name: [of[name] for of in found] for name in flows}, {name: known.get(name, 0.0) for name in flows})


def _one(
    model: Model, engine: str, replication: int, flows: Sequence[str], priced: bool
) -> tuple[dict[str, Journeys], dict[str, float]]:
    draws, trace = simulate(model, engine, replication)
    info = run_info(model.world)
    book = ledger(model.plan, draws, trace.by_columns(), info.flows, info.origin)
    lots = book.lots[~book.lots["diverted"].to_numpy(bool)]
    number = {name: k for k, name in enumerate(model.plan.flow_name)}
    flow, born, done = (lots[name].to_numpy(np.int64) for name in ("flow", "born_s", "done_s"))
    units = lots["units"].to_numpy(float)
    found = {}
    for name in flows:
        mine = flow == number.get(name, -1)
        found[name] = Journeys(born[mine], done[mine], units[mine])
    rates = rate_book(model.world) if priced else None
    paid: dict[str, float] = {}
    if rates is not None:
        table = cost_table(book, rates)
        table = table[~table["component"].str.startswith("time:")].groupby("flow")["usd"].sum()
        landed, _, _ = book.ways
        carried = book.lots.set_index("lot")["units"].reindex(landed["lot"]).groupby(landed["flow"].to_numpy()).sum()
        for name in flows:
            if name in table.index and carried.get(number[name], 0.0):
                paid[name] = float(table[name] / carried[number[name]])
    return found, paid


def published(
    journeys: Sequence[Journeys], calendar: Stretches, after: int, over: int, late_d: float
) -> tuple[F64, F64]:
    """[month] mean and standard deviation, in days, that are known at the beginning of each month; NaN: nothing is.

    Known are the arrivals of ``over`` months of which the last ended ``after`` - 1 months ago, with the days that they
    took, and what is on its way at the end of that month and has taken more than ``late_d`` days, with its days so far.
    Each unit of cargo counts alike.
    """
    count = len(calendar.month_end_s)
    mean, spread = np.full(count, np.nan), np.full(count, np.nan)
    born, done, units = (
        np.concatenate([getattr(j, name) for j in journeys]) if journeys else np.empty(0)
        for name in ("born_s", "done_s", "units")
    )
    took_d = (done - born) / DAY_S
    for month in range(count):
        last = month - after  # the last month that is known
        if last < 0:
            continue
        until = calendar.month_end_s[last]
        since = calendar.month_end_s[last - over] if last >= over else 0
        came = (done >= since) & (done < until)
        so_far_d = (until - born) / DAY_S
        under_way = (born < until) & ((done < 0) | (done >= until)) & (so_far_d > late_d)
        days = np.concatenate((took_d[came], so_far_d[under_way]))
        weight = np.concatenate((units[came], units[under_way]))
        total = weight.sum()
        if total > 0:
            mean[month] = (days * weight).sum() / total
            spread[month] = np.sqrt(max((days * days * weight).sum() / total - mean[month] ** 2, 0.0))
    return mean, spread


def usual_d(journeys: Sequence[Journeys]) -> float:
    """Mean days of all that arrived; inf where nothing did, so that nothing is late."""
    took = [((j.done_s - j.born_s)[j.done_s >= 0] / DAY_S, j.units[j.done_s >= 0]) for j in journeys]
    total = sum(float(units.sum()) for _, units in took)
    return sum(float((days * units).sum()) for days, units in took) / total if total else np.inf
