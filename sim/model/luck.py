"""One replication's luck: lots with their durations, storms, and voyages, drawn before the engine starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.clock import DAY_S
from sim.model import demand, facilities, weather
from sim.model.arrays import Kind, Luck, Plan
from sim.model.durations import lognormal, mean_s, quantile_s
from sim.model.layout import NO_WAY, Demand
from sim.model.operations import Operation, Variant
from sim.model.streams import F64, Streams
from sim.model.vessels import leg, sailing_s
from sim.network.tables import MEASURES

if TYPE_CHECKING:
    from sim.model.build import Model


#: Cost of a branch that was not drawn: more than any journey.
NOT_DRAWN_S = 2**30
#: Journeys home of empty stock that are drawn at first; a run that needs more draws a longer block.
LOTS_ASLEEP_A_YEAR = 600
YEAR_S = 365 * DAY_S
#: Durations are drawn for about so many lots at a time.
LOTS_AT_ONCE = 8_192


def draw(model: Model, seed: int, replication: int, voyages: float = 1.0) -> Luck:
    """Draw all that is random; ``voyages`` > 1 draws longer blocks of vessels' calls."""
    streams = Streams(seed, replication)
    return Luck(
        **_lots(model, streams, voyages), **_timelines(model, streams), **_voyages(model, streams, voyages),
        end_s=model.end_s, period_start_s=model.period_start_s, period_end_s=model.period_end_s,
    )  # fmt: skip


def _lots(model: Model, streams: Streams, longer: float) -> dict[str, Any]:
    plan = model.plan
    width = _program_widths(plan, model.operations)
    columns: dict[str, list[Any]] = {k: [] for k in ("time_s", "flow", "ordinal", "program", "priority", "size",
                                                     "reported", "draw")}  # fmt: skip
    drawn, base, n_lot = [], 0, 0
    asleep: dict[int, np.ndarray] = {}
    for index, d in enumerate(model.demands):
        lots = demand.lots(d.name, d.flow, d.months, streams, model.end_s)
        if d.flow.woken_by:
            each = int(LOTS_ASLEEP_A_YEAR * longer * (1 + model.end_s / YEAR_S))
            lots = demand.asleep(each * len(d.programs))
        n = len(lots.time_s)
        n_lot += n
        starts = np.array([s for s, _ in d.programs])
        which = np.maximum(np.searchsorted(starts, lots.time_s, side="right") - 1, 0)
        if d.flow.woken_by:  # as many for each stretch of dates
            which = np.repeat(np.arange(len(d.programs)), each)
            asleep[index] = np.arange(n_lot - n, n_lot, dtype=np.int32).reshape(len(d.programs), each)
        program = np.array([p for _, p in d.programs], dtype=np.int32)[which]
        draw = np.zeros(n, np.int64)
        for p in np.unique(program).tolist():
            if p != NO_WAY:  # nobody is woken when there is no way
                here = np.flatnonzero(program == p)
                draw[here] = base + np.arange(len(here), dtype=np.int64) * width[p]
                base += len(here) * width[p]
        drawn.append((d, lots, program, draw))
        columns["time_s"].append(lots.time_s)
        columns["flow"].append(np.full(n, index, np.int32))
        columns["ordinal"].append(lots.ordinal)
        columns["program"].append(program)
        columns["priority"].append(np.full(n, d.flow.priority, np.int8))
        columns["size"].append(np.tile(np.array(d.size, np.int32), (n, 1)))
        in_period = (lots.time_s >= model.period_start_s) & (lots.time_s < model.period_end_s)
        columns["reported"].append(in_period & (not d.flow.background))
        columns["draw"].append(draw)
    hold_s, move_s = np.empty(base, np.int32), np.empty(base, np.int32)
    for of_flow in drawn:
        _fill(model, streams, width, *of_flow, hold_s, move_s)
    joined = {f"lot_{k}": np.concatenate(v) if v else np.empty(0, np.int64) for k, v in columns.items()}
    if not model.demands:
        joined["lot_size"] = np.empty((0, len(MEASURES)), np.int32)
    # journeys stand in order of (stock, flow, date): the n-th of a flow is its n-th stretch of dates
    stretch = {f: iter(of_flow) for f, of_flow in asleep.items()}
    per_journey = [next(stretch[f]) for f in plan.wake_flow.tolist()]
    joined["asleep_ptr"] = np.concatenate(([0], np.cumsum([len(a) for a in per_journey]))).astype(np.int32)
    joined["asleep_lot"] = np.concatenate(per_journey or [np.empty(0, np.int32)])
    return {**joined, "hold_s": hold_s, "move_s": move_s}


def _fill(model: Model, streams: Streams, width: list[int], d: Demand, lots: demand.Lots, program: np.ndarray,
          draw: np.ndarray, hold_s: np.ndarray, move_s: np.ndarray) -> None:  # fmt: skip
    """Write the durations of all lots of a flow, so many at a time that the work stays in the processor's cache."""
    end = 0
    for part in demand.parts(lots, LOTS_AT_ONCE):
        begin, end = end, end + len(part.kept)
        uniforms: dict[str, F64] = {}
        for p in np.unique(program[begin:end]).tolist():
            if p == NO_WAY:
                continue
            here = np.flatnonzero(program[begin:end] == p)
            block = np.zeros((2, width[p], len(here)), np.int32)
            _durations(model, block, p, d, part, here, streams, uniforms)
            first = draw[begin + here[0]]  # lots of one program stand one behind the other
            for durations, of_part in zip((hold_s, move_s), block, strict=True):
                durations[first : first + of_part.size].reshape(len(here), width[p])[:] = of_part.T


def _durations(model: Model, block: np.ndarray, program: int, d: Demand, lots: demand.Lots, here: np.ndarray,
               streams: Streams, uniforms: dict[str, F64]) -> None:  # fmt: skip
    """Durations of all steps of the lots at positions ``here``; ``block`` is [hold or move, slot, lot]."""
    plan = model.plan
    for step in range(plan.program_ptr[program], plan.program_ptr[program + 1]):
        operation = model.operations[plan.program_op[step]]
        at = int(plan.program_draw[step])
        if operation.kind == Kind.CHOOSE:
            together = lots.kept - lots.kept % d.flow.lots_together  # lots that set out together choose alike
            u = streams.uniforms(f"choice/{d.name}", lots.blocks, per_ordinal=len(d.flow.ways))[together][here]
            block[1, at : at + len(operation.targets)] = choice_costs(operation, u, lots.time_s[here]).T
            continue
        if operation.kind not in (Kind.PROCESS, Kind.BOARD):
            continue
        if operation.key not in uniforms:
            uniforms[operation.key] = (
                _at(streams.uniforms(f"{operation.key}/{d.name}", lots.blocks, per_ordinal=2), lots.kept)
                if _is_random(operation) else np.full((1, 2), 0.5)  # one value for all
            )  # fmt: skip
        u = uniforms[operation.key]
        if len(u) > 1:
            u = _at(u, here)
        for v, variant in enumerate(operation.variants):
            move = seconds(variant, u[:, 0], d.flow.lot, u[:, 1])
            if operation.kind == Kind.BOARD:
                block[0, at + v] = move
                block[1, at + v] = seconds(operation.second[v], u[:, 1], d.flow.lot)
                continue
            hold = move.copy() if variant.hold_s is None else np.full_like(move, variant.hold_s)
            # nothing to do means nothing to wait for: a removed barrier has no queue either
            if not variant.hold_s and not _is_gate(model, operation):
                hold[move == 0] = -1
            if variant.share < 1:
                hold[u[:, 1] >= variant.share] = -1
            block[0, at + v], block[1, at + v] = hold, move


def _at(values: np.ndarray, where: np.ndarray) -> np.ndarray:
    """``values[where]``, for ascending positions: without a copy where that is all of them."""
    return values if len(where) == len(values) else values[where]


def _timelines(model: Model, streams: Streams) -> dict[str, Any]:
    storms: dict[str, list[facilities.Narrowing]] = {}
    ports = {name: row.node for name, row in model.world.facilities.items()}
    for sea, row in sorted(model.world.weather.items()):
        closed = weather.closings(sea, row, ports, streams, model.origin, model.end_s)
        for facility, spells in closed.items():
            storms.setdefault(facility, []).extend((s.start_s, s.end_s, 0.0) for s in spells)
    ptr, times, capacities = [0], [], []
    for name in model.plan.facility_name:
        base, known, breakdowns = model.timelines[name]
        steps = base
        most = max(capacity for _, capacity in base)
        down = facilities.outages(breakdowns, most, name, streams, model.origin, model.end_s) if breakdowns else []
        if known or down or storms.get(name):
            steps = facilities.timeline(base, known + storms.get(name, []), model.end_s, down)
        times += [t for t, _ in steps]
        capacities += [c for _, c in steps]
        ptr.append(len(times))
    return {"timeline_ptr": np.array(ptr, np.int32), "timeline_s": np.array(times, np.int64),
            "timeline_capacity": np.array(capacities, np.int32)}  # fmt: skip


def _voyages(model: Model, streams: Streams, longer: float) -> dict[str, Any]:
    ptr, sail, moor = [0], [np.empty(0)], [np.empty(0)]
    for ship in model.ships:
        service, fleet = model.world.services[ship.service], model.world.fleets[ship.fleet]
        links = [leg(service, model.world.links, k) for k in range(len(service.rotation))]
        legs = [sailing_s(model.world.links[link], fleet, model.origin) for link in links]
        in_port_s = [mean_s(call.mooring) + 2 * call.entry_time for call in service.rotation]
        mean_call_s = (sum(legs) + sum(in_port_s)) / len(legs)
        n = int(4 * longer * model.end_s / max(mean_call_s, 60.0)) + 16
        u = streams.uniforms(f"voyage/{ship.name}", [(0, n)], per_ordinal=2)
        call = (ship.first_call + np.arange(n)) % len(legs)
        drawn_moor = np.empty(n)
        for k, c in enumerate(service.rotation):
            drawn_moor[call == k] = quantile_s(c.mooring, u[call == k, 1])
        sail.append(np.rint(np.array(legs)[call] * lognormal(1.0, service.sailing_cv, u[:, 0])))
        moor.append(np.rint(drawn_moor))
        ptr.append(ptr[-1] + n)
    return {"voyage_ptr": np.array(ptr, np.int64), "sail_s": np.concatenate(sail).astype(np.int32),
            "moor_s": np.concatenate(moor).astype(np.int32)}  # fmt: skip


def choice_costs(operation: Operation, u: F64, time_s: np.ndarray) -> np.ndarray:
    """The drawn part of each branch's cost in whole seconds, shape [lots, branches].

    Share: nothing for the branch that was drawn, very much for the others. Logit: a Gumbel term, so
    that the least sum of time and term is the branch of a multinomial logit (McFadden 1974). What a branch
    costs in money when a lot sets out, at ``time_s`` [lots], is added as time. ``u``: [lots, the flow's ways].
    """
    assert operation.choice is not None
    costs = np.zeros((len(u), len(operation.targets)), np.int32)
    if operation.choice.rule == "share":
        cumulative = np.cumsum(operation.shares)
        drawn = np.minimum(np.searchsorted(cumulative, u[:, 0] * cumulative[-1], side="right"), len(cumulative) - 1)
        return np.where(np.arange(len(cumulative)) == drawn[:, None], 0, NOT_DRAWN_S).astype(np.int32)
    if operation.choice.rule == "logit":
        gumbel = np.log(-np.log(u[:, list(operation.ways)]))
        costs += np.rint(operation.choice.scale * gumbel).astype(np.int32)
    if operation.money_s:
        since_s, money_s = zip(*operation.money_s, strict=True)
        costs += np.array(money_s, np.int32)[np.searchsorted(since_s, time_s, side="right") - 1]
    return costs


def seconds(variant: Variant, u: F64, units: int, risk: F64 | None = None) -> np.ndarray:
    """Whole seconds of a variant at uniforms ``u``, for a mover of ``units`` units.

    Of several treatments each mover gets that in whose share its uniform ``risk`` falls.
    """
    if len(variant.treatments) > 1 and risk is not None:
        upper = np.cumsum([t.share for t in variant.treatments])
        lane = np.minimum(np.searchsorted(upper, risk, side="right"), len(upper) - 1)
        drawn = np.choose(lane, [quantile_s(t.draw, u) for t in variant.treatments]) * variant.scale
    elif variant.draw is not None:
        drawn = quantile_s(variant.draw, u) * variant.scale
    else:
        drawn = variant.mean_s * lognormal(1.0, variant.cv, u)
    if variant.per_unit:
        drawn *= units
    return np.rint(drawn, out=drawn).astype(np.int32)


def _is_gate(model: Model, operation: Operation) -> bool:
    """Whether it is the pass of a quota that is waited for, however short the step itself."""
    row = model.world.facilities.get(operation.needs[0].facility or "")
    return row is not None and row.resets is not None


def _is_random(operation: Operation) -> bool:
    return any(
        v.share < 1 or v.cv > 0 or len(v.treatments) > 1 or (v.draw is not None and v.draw.dist != "fixed")
        for v in (*operation.variants, *operation.second)
    )


def _program_widths(plan: Plan, operations: list[Operation]) -> list[int]:
    return [
        sum(operations[o].draws for o in plan.program_op[a:b])
        for a, b in zip(plan.program_ptr[:-1], plan.program_ptr[1:], strict=True)
    ]
