"""One replication's draws: lots with their durations, storms, and voyages, drawn before the engine starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from sim.clock import DAY_S
from sim.contract.draws import Draws
from sim.contract.plan import Plan
from sim.model import demand, facilities, weather
from sim.model.durations import lognormal, quantile_s, within_32_bits
from sim.model.layout import NO_WAY, Demand, Layout, Timeline
from sim.model.lot_draws import fill, positions, programs_of
from sim.model.operations import Operation
from sim.model.programs import DrawnProgram
from sim.model.streams import Streams
from sim.model.taking_over import durations_like, same_ships, same_timelines, taken_over
from sim.model.vessels import Ship, call_s, leg, sailing_s, voyages
from sim.network.tables import LOAD_UNITS
from sim.network.world import World

#: (time, capacity) steps of a facility.
CapacitySteps = list[tuple[int, int]]
#: Journeys home of empty stock that are drawn at first; a run that needs more draws a longer block.
LOTS_ASLEEP_A_YEAR = 600
YEAR_S = 365 * DAY_S


@dataclass(frozen=True)
class Model:
    """Everything about a scenario that does not depend on random draws; threads share it, so nothing of it changes.

    ``drawn_programs`` is what is drawn for the lots of each program, ``known_timelines`` the timelines of the
    facilities that no draw touches.
    """

    world: World
    plan: Plan
    origin: date
    period_start_s: int
    period_end_s: int
    end_s: int
    demands: list[Demand]
    operations: list[Operation]
    timelines: dict[str, Timeline]
    ships: list[Ship]
    drawn_programs: list[DrawnProgram]
    known_timelines: dict[str, CapacitySteps]
    layout: Layout

    def draw(self, replication: int, seed: int | None = None, voyages: float = 1.0, like: Drawn | None = None) -> Draws:
        """Draw replication number ``replication`` (0, 1, ...); ``voyages`` > 1 draws longer blocks of calls.

        ``like``: the same replication of a model of which this one is a patch; what they share is not drawn again.
        """
        return draw(self, self.world.scenario.seed if seed is None else seed, replication, voyages, like)


@dataclass(frozen=True)
class Drawn:
    """What was drawn for one replication of a model, with the lots of each flow."""

    model: Model
    seed: int
    replication: int
    draws: Draws
    lots: list[demand.Lots]

    @classmethod
    def of(cls, model: Model, replication: int) -> Drawn:
        """Draw a replication, and keep what ``draw`` may take over from it."""
        seed, kept = model.world.scenario.seed, list[demand.Lots]()
        return cls(model, seed, replication, draw(model, seed, replication, kept=kept), kept)

    @cached_property
    def first_lot(self) -> list[int]:
        """Number of the first lot of each flow, and behind the last."""
        return np.cumsum([0, *(len(lots.time_s) for lots in self.lots)]).tolist()

    def stretch(self, ptr: str, at: int) -> slice:
        """Where the entries of facility or ship number ``at`` stand."""
        edges = getattr(self.draws, ptr)
        return slice(int(edges[at]), int(edges[at + 1]))


def draw(
    model: Model,
    seed: int,
    replication: int,
    voyages: float = 1.0,
    like: Drawn | None = None,
    kept: list[demand.Lots] | None = None,
) -> Draws:
    """Draw all that is random; ``voyages`` > 1 draws longer blocks of vessels' calls.

    Args:
        model, seed, replication, voyages: what is drawn.
        like: a replication of a model that shares objects with this one: what was drawn of the same objects is taken
            over, if it is the same replication of the same seed.
        kept: the lots of each flow are appended.

    Raises ``RunError``, with the name of the operation or vessel, for a time above 68 years.
    """
    streams = Streams(seed, replication)
    if like and (like.seed, like.replication, voyages) != (seed, replication, 1.0):
        like = None
    return Draws(
        **_lots(model, streams, voyages, like, kept),
        **_timelines(model, streams, like),
        **_voyages(model, streams, voyages, like),
        end_s=model.end_s,
        period_start_s=model.period_start_s,
        period_end_s=model.period_end_s,
    )


#: Arrays of lots, all but their durations.
_OF_LOTS = tuple(name for name in Draws.__dataclass_fields__ if name.split("_")[0] in ("lot", "asleep", "refused"))


def _lots(
    model: Model, streams: Streams, longer: float, like: Drawn | None, kept: list[demand.Lots] | None
) -> dict[str, np.ndarray]:
    plan = model.plan
    known = like if like and all(a is b for a, b in zip(model.demands, like.model.demands, strict=True)) else None
    widths = [[p.width for p in of.drawn_programs] for of in (model, like.model if like else model)]
    if like and known and widths[0] == widths[1]:  # nobody departs at another time, and everything stands at its place
        return {name: getattr(like.draws, name) for name in _OF_LOTS} | durations_like(model, streams, like)
    drawn, counts, base, n_lot = [], [], 0, 0
    asleep: dict[int, np.ndarray] = {}
    for index, d in enumerate(model.demands):
        if d.flow.woken_by:  # as many for each stretch of dates
            each = int(LOTS_ASLEEP_A_YEAR * longer * (1 + model.end_s / YEAR_S))
            lots = demand.asleep(each * len(d.programs))
            program = np.repeat(np.array([p for _, p in d.programs], np.int32), each)
            asleep[index] = np.arange(n_lot, n_lot + len(program), dtype=np.int32).reshape(-1, each)
        else:
            same = like is not None and d is like.model.demands[index]
            lots = (
                like.lots[index]
                if like and same
                else demand.lots(d.name, d.flow, d.months, streams, model.end_s, d.bans)
            )
            program = np.full(len(lots.time_s), d.programs[0][1] if d.programs else NO_WAY, np.int32)
            for since_s, p in d.programs[1:]:
                program[lots.time_s >= since_s] = p
        if kept is not None:
            kept.append(lots)
        first_slot = np.zeros(len(program), np.int64)
        for p in programs_of(d):
            here = positions(program == p)
            n, width = len(first_slot[here]), model.drawn_programs[p].width
            first_slot[here] = np.arange(n) * width + base
            base += n * width
        drawn.append((d, lots, program, first_slot))
        counts.append(len(program))
        n_lot += len(program)
    hold_s, move_s = np.empty(base, np.int32), np.empty(base, np.int32)
    for index, of_flow in enumerate(drawn):
        if not (like and taken_over(model, like, index, of_flow[3], hold_s, move_s)):
            fill(model.drawn_programs, model.drawn_programs, streams, *of_flow, (hold_s, move_s))
    time_s = np.concatenate([np.empty(0, np.int64), *(lots.time_s for _, lots, _, _ in drawn)])
    in_period = (time_s >= model.period_start_s) & (time_s < model.period_end_s)
    background = np.array([d.flow.background for d in model.demands], bool)
    priority = np.array([d.flow.priority for d in model.demands], np.int8)
    size = np.array([d.size for d in model.demands], np.int32).reshape(-1, len(LOAD_UNITS))
    # journeys stand in order of (stock, flow, date): the n-th of a flow is its n-th stretch of dates
    stretch = {f: iter(of_flow) for f, of_flow in asleep.items()}
    per_journey = [next(stretch[f]) for f in plan.wakes.flow.tolist()]
    refused = [len(lots.refused_s) for _, lots, _, _ in drawn]
    return {
        "lot_time_s": time_s,
        "lot_flow": np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        "lot_ordinal": np.concatenate([np.empty(0, np.int64), *(lots.ordinal for _, lots, _, _ in drawn)]),
        "lot_program": np.concatenate([np.empty(0, np.int32), *(program for _, _, program, _ in drawn)]),
        "lot_priority": np.repeat(priority, counts),
        "lot_size": np.repeat(size, counts, axis=0),
        "lot_reported": in_period & ~np.repeat(background, counts),
        "lot_draw": np.concatenate([np.empty(0, np.int64), *(first_slot for _, _, _, first_slot in drawn)]),
        "asleep_ptr": np.concatenate(([0], np.cumsum([len(a) for a in per_journey]))).astype(np.int32),
        "asleep_lot": np.concatenate(per_journey or [np.empty(0, np.int32)]),
        "refused_s": np.concatenate([np.empty(0, np.int64), *(lots.refused_s for _, lots, _, _ in drawn)]),
        "refused_until_s": np.concatenate([np.empty(0, np.int64), *(lots.refused_until_s for _, lots, _, _ in drawn)]),
        "refused_flow": np.repeat(np.arange(len(refused), dtype=np.int32), refused),
        "refused_size": np.repeat(size, refused, axis=0),
        "hold_s": hold_s,
        "move_s": move_s,
    }


def known_timelines(world: World, timelines: Mapping[str, Timeline], end_s: int) -> dict[str, CapacitySteps]:
    """Timelines of the facilities that neither storms nor breakdowns touch, the same in all replications."""
    stormy = {facility for row in world.weather.values() for facility in row.closes}
    return {
        name: facilities.timeline(base, known, end_s) if known else base
        for name, (base, known, breakdowns) in timelines.items()
        if name not in stormy and not breakdowns
    }


def _timelines(model: Model, streams: Streams, like: Drawn | None) -> dict[str, np.ndarray]:
    same = same_timelines(model, like.model) if like else set()
    if like and len(same) == len(model.plan.facilities.name) == len(like.model.plan.facilities.name):
        return {name: getattr(like.draws, name) for name in ("timeline_ptr", "timeline_s", "timeline_capacity")}
    storms: dict[str, list[facilities.Narrowing]] = {}
    ports = {name: row.node for name, row in model.world.facilities.items()}
    for sea, row in sorted(model.world.weather.items()):
        if same.issuperset(row.closes):
            continue
        closed = weather.closings(sea, row, ports, streams, model.origin, model.end_s)
        for facility, spells in closed.items():
            storms.setdefault(facility, []).extend((s.start_s, s.end_s, 0.0) for s in spells)
    ptr, times, capacities = [0], [], []
    numbers = {name: k for k, name in enumerate(like.model.plan.facilities.name)} if like else {}
    for name in model.plan.facilities.name:
        steps = model.known_timelines.get(name)
        if like and name in same:
            here = like.stretch("timeline_ptr", numbers[name])
            times += like.draws.timeline_s[here].tolist()
            capacities += like.draws.timeline_capacity[here].tolist()
            ptr.append(len(times))
            continue
        if steps is None:
            steps = _timeline(model, name, storms.get(name, []), streams)
        times += [t for t, _ in steps]
        capacities += [c for _, c in steps]
        ptr.append(len(times))
    return {
        "timeline_ptr": np.array(ptr, np.int32),
        "timeline_s": np.array(times, np.int64),
        "timeline_capacity": np.array(capacities, np.int32),
    }


def _timeline(model: Model, name: str, storms: list[facilities.Narrowing], streams: Streams) -> CapacitySteps:
    """Timeline of a facility that storms or breakdowns touch."""
    base, known, breakdowns = model.timelines[name]
    most = max(capacity for _, capacity in base)
    down = facilities.outages(breakdowns, most, name, streams, model.origin, model.end_s) if breakdowns else []
    return facilities.timeline(base, known + storms, model.end_s, down) if known or down or storms else base


def _voyages(model: Model, streams: Streams, longer: float, like: Drawn | None) -> dict[str, np.ndarray]:
    same = same_ships(model, like.model) if like else {}
    if like and [same.get(ship.name) for ship in model.ships] == list(range(len(like.model.ships))):
        return {name: getattr(like.draws, name) for name in ("voyage_ptr", "sail_s", "moor_s")}
    ptr = [0]
    sail: list[np.ndarray] = [np.empty(0)]
    moor: list[np.ndarray] = [np.empty(0)]
    for ship in model.ships:
        if like and ship.name in same:
            here = like.stretch("voyage_ptr", same[ship.name])
            sail.append(like.draws.sail_s[here])
            moor.append(like.draws.moor_s[here])
            ptr.append(ptr[-1] + here.stop - here.start)
            continue
        service, fleet = model.world.services[ship.service], model.world.fleets[ship.fleet]
        links = [leg(service, model.world.links, k) for k in range(len(service.rotation))]
        legs = [sailing_s(model.world.links[link], fleet, model.origin) for link in links]
        n = voyages(model.end_s, call_s(service, fleet, model.world.links, model.origin), longer)
        u = streams.uniforms(f"voyage/{ship.name}", [(0, n)], per_ordinal=2)
        drawn_sail, drawn_moor = lognormal(1.0, service.sailing_cv, u[:, 0]), np.empty(n)
        for k, call in enumerate(service.rotation):
            here = slice((k - ship.first_call) % len(legs), None, len(legs))  # every so many-th call
            drawn_sail[here] *= legs[k]
            drawn_moor[here] = quantile_s(call.mooring, u[here, 1])
        sail.append(within_32_bits(np.rint(drawn_sail, out=drawn_sail), [f"vessel {ship.name}, sailing"]))
        moor.append(within_32_bits(np.rint(drawn_moor, out=drawn_moor), [f"vessel {ship.name}, mooring"]))
        ptr.append(ptr[-1] + n)
    return {
        "voyage_ptr": np.array(ptr, np.int64),
        "sail_s": np.concatenate(sail).astype(np.int32),
        "moor_s": np.concatenate(moor).astype(np.int32),
    }
