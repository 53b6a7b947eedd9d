"""One replication's draws: lots with their durations, storms, and voyages, drawn before the engine starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from sim.clock import DAY_S
from sim.contract.draws import Draws
from sim.contract.plan import Plan
from sim.model import demand, facilities, weather
from sim.model.durations import lognormal, lognormal_of, quantile_s, within_32_bits
from sim.model.layout import NO_WAY, Demand, Layout, Timeline
from sim.model.operations import Choosing, Operation, Treatment, Variant, Weighing
from sim.model.programs import DrawnProgram, DrawnStep, Sections, parts_that_differ
from sim.model.streams import F64, Streams
from sim.model.vessels import Ship, call_s, leg, sailing_s, voyages
from sim.model.weighing import weighing_costs
from sim.network.tables import LOAD_UNITS, Service
from sim.network.world import World

#: (time, capacity) steps of a facility.
CapacitySteps = list[tuple[int, int]]
#: Journeys home of empty stock that are drawn at first; a run that needs more draws a longer block.
LOTS_ASLEEP_A_YEAR = 600
YEAR_S = 365 * DAY_S
#: Durations are drawn for about so many lots at a time.
LOTS_AT_ONCE = 16_384
#: Rows of an operation's uniforms: of the time it takes, and of who is concerned or how (boarding: to discharge).
OF_TIME, OF_RISK = 0, 1


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
        return {name: getattr(like.draws, name) for name in _OF_LOTS} | _durations_like(model, streams, like)
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
        for p in _programs(d):
            here = _positions(program == p)
            n, width = len(first_slot[here]), model.drawn_programs[p].width
            first_slot[here] = np.arange(n) * width + base
            base += n * width
        drawn.append((d, lots, program, first_slot))
        counts.append(len(program))
        n_lot += len(program)
    hold_s, move_s = np.empty(base, np.int32), np.empty(base, np.int32)
    for index, of_flow in enumerate(drawn):
        if not (like and _taken_over(model, like, index, of_flow[3], hold_s, move_s)):
            _fill(model, model.drawn_programs, streams, *of_flow, hold_s, move_s)
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


def _durations_like(model: Model, streams: Streams, like: Drawn) -> dict[str, np.ndarray]:
    """Durations of the same lots as before; what has changed of their programs is drawn again."""
    programs = [parts_that_differ(*pair) for pair in zip(model.drawn_programs, like.model.drawn_programs, strict=True)]
    hold_s, move_s = like.draws.hold_s, like.draws.move_s
    if not any(programs):
        return {"hold_s": hold_s, "move_s": move_s}
    hold_s, move_s = hold_s.copy(), move_s.copy()
    for index, (d, lots) in enumerate(zip(model.demands, like.lots, strict=True)):
        if any(programs[p] for p in _programs(d)):
            here = slice(like.first_lot[index], like.first_lot[index + 1])
            program, first_slot = like.draws.lot_program[here], like.draws.lot_draw[here]
            _fill(model, programs, streams, d, lots, program, first_slot, hold_s, move_s)
    return {"hold_s": hold_s, "move_s": move_s}


def _taken_over(
    model: Model, like: Drawn, index: int, first_slot: np.ndarray, hold_s: np.ndarray, move_s: np.ndarray
) -> bool:
    """Copy the durations of a flow's lots if nothing of them has changed; whether that was so."""
    d = model.demands[index]
    if d is not like.model.demands[index]:
        return False
    if any(model.drawn_programs[p] is not like.model.drawn_programs[p] for p in _programs(d)):
        return False
    here = slice(like.first_lot[index], like.first_lot[index + 1])
    have_a_way = np.flatnonzero(like.draws.lot_program[here] != NO_WAY)
    if len(have_a_way):  # their blocks stand one behind the other, here and there
        widths = np.array([program.width for program in model.drawn_programs])
        n = int(widths[like.draws.lot_program[here][have_a_way]].sum())
        before, begin = int(like.draws.lot_draw[here][have_a_way].min()), int(first_slot[have_a_way].min())
        hold_s[begin : begin + n] = like.draws.hold_s[before : before + n]
        move_s[begin : begin + n] = like.draws.move_s[before : before + n]
    return True


def _programs(d: Demand) -> list[int]:
    """Programs of a flow by number; nothing is repositioned when there is no route."""
    return sorted({p for _, p in d.programs if p != NO_WAY})


def _positions(chosen: np.ndarray) -> slice | np.ndarray:
    """Where a flag is set: a slice, which needs no copy, where these stand one behind the other."""
    return _stretch(np.flatnonzero(chosen))


def _stretch(at: np.ndarray) -> slice | np.ndarray:
    """Ascending positions, as a slice where they stand one behind the other."""
    if not len(at):
        return slice(0, 0)
    return slice(int(at[0]), int(at[-1]) + 1) if at[-1] - at[0] + 1 == len(at) else at


def _fill(
    model: Model,
    programs: Sequence[DrawnProgram | None],
    streams: Streams,
    d: Demand,
    lots: demand.Lots,
    program: np.ndarray,
    first_slot: np.ndarray,
    hold_s: np.ndarray,
    move_s: np.ndarray,
) -> None:
    """Write the durations of all lots of a flow, so many at a time that the work stays in the processor's cache.

    ``programs`` are what is drawn for each program, which may be a part of it: what it has no step for is left as it is.
    """
    end = 0
    for part in demand.parts(lots, LOTS_AT_ONCE):
        begin, end = end, end + len(part.kept)
        uniforms: dict[str, F64] = {}
        for p in _programs(d):
            here = _positions(program[begin:end] == p)
            first = first_slot[begin:end][here][:1]  # lots of one program stand one behind the other
            drawn = programs[p]
            if not len(first) or drawn is None:
                continue
            _draw_uniforms(uniforms, drawn, d, part, streams)
            kept = part.kept[here]
            block = np.zeros((2, drawn.width, len(kept)), np.int32)
            of_drawn = _stretch(kept)
            _running_times(block, drawn.sections, of_drawn, uniforms)
            for step in drawn.steps:
                if step.operation.choosing:
                    costs = _choice(step.operation.key, step.operation.choosing, d, part, streams)[here]
                    block[1, step.slot : step.slot + step.operation.draws] = costs.T
                elif step.operation.weighing:
                    costs = _weighing(step.operation.weighing, d, part, streams)[here]
                    block[1, step.slot : step.slot + step.operation.draws] = costs.T
                else:
                    _durations(block, step, d.flow.lot, of_drawn, uniforms)
            for durations, of_part in zip((hold_s, move_s), block, strict=True):
                rows = durations[first[0] : first[0] + of_part.size].reshape(len(kept), drawn.width)
                if drawn is model.drawn_programs[p]:
                    rows[:] = of_part.T
                else:
                    slots = drawn.slots
                    rows[:, slots] = of_part[slots].T


def _draw_uniforms(
    uniforms: dict[str, F64], program: DrawnProgram, d: Demand, lots: demand.Lots, streams: Streams
) -> None:
    """Add the uniforms of a program's streams, [used by each lot, drawn lot], where they are not there yet."""
    for used, keys in ((1, program.keys_of_one), (2, program.keys_of_two)):
        missing = [key for key in keys if key not in uniforms]
        drawn = streams.uniforms_of([f"{key}/{d.name}" for key in missing], lots.blocks, per_ordinal=2, used=used)
        uniforms.update(zip(missing, drawn, strict=True))


def _choice(key: str, choosing: Choosing, d: Demand, lots: demand.Lots, streams: Streams) -> np.ndarray:
    """Drawn costs of the branches, shape [lots, branches]; lots that set out together choose alike."""
    together = lots.kept - lots.kept % d.flow.lots_together
    u = streams.uniforms(f"choice/{d.name}", lots.blocks, per_ordinal=len(d.flow.ways))[together]
    return choice_costs(key, choosing, u, lots.time_s)


def _weighing(weighing: Weighing, d: Demand, lots: demand.Lots, streams: Streams) -> np.ndarray:
    """What each lot bears, shape [lots, branches]; lots that set out together decide alike."""
    together = lots.kept - lots.kept % d.flow.lots_together
    return weighing_costs(
        weighing, streams.uniforms(f"weigh/{d.name}", lots.blocks, per_ordinal=2)[together], lots.time_s
    )


def _running_times(block: np.ndarray, sections: Sections, here: slice | np.ndarray, uniforms: dict[str, F64]) -> None:
    """Durations of a program's sections for the lots at positions ``here`` of those drawn; ``block`` as below."""
    if sections.keys:
        u = np.stack([uniforms[key][OF_TIME, here] for key in sections.keys])
        time_s = lognormal_of(sections.mean_s, sections.sigma2, u)
        block[0, sections.slots] = sections.hold_s
        block[1, sections.slots] = within_32_bits(np.rint(time_s, out=time_s), sections.keys)


def _durations(
    block: np.ndarray, step: DrawnStep, units: int, here: slice | np.ndarray, uniforms: dict[str, F64]
) -> None:
    """Durations of a step for the lots at positions ``here`` of those drawn; ``block`` is [hold or move, slot, lot]."""
    operation = step.operation
    u = uniforms[step.stream][OF_TIME, here] if step.n_uniforms else np.full(1, 0.5)  # one value for all
    risk = uniforms[step.stream][OF_RISK, here] if step.n_uniforms == 2 else u
    for v, variant in enumerate(operation.variants):
        drawn_s = seconds(variant, u, units, risk)
        if operation.boarding:
            block[0, step.slot + v] = within_32_bits(drawn_s, [f"{operation.key}, loading"])
            discharge_s = seconds(operation.boarding.discharging[v], risk, units)
            block[1, step.slot + v] = within_32_bits(discharge_s, [f"{operation.key}, discharging"])
            continue
        move = within_32_bits(drawn_s, [operation.drawn_as or operation.key]).astype(np.int32)
        hold = move.copy() if variant.hold_s is None else np.full_like(move, variant.hold_s)
        # nothing to do means nothing to wait for: a removed barrier has no queue either
        if not variant.hold_s and not step.is_gate:
            hold[move == 0] = -1
        if variant.share < 1:
            hold = np.where(risk < variant.share, hold, np.int32(-1))
        block[0, step.slot + v], block[1, step.slot + v] = hold, move


def known_timelines(world: World, timelines: Mapping[str, Timeline], end_s: int) -> dict[str, CapacitySteps]:
    """Timelines of the facilities that neither storms nor breakdowns touch, the same in all replications."""
    stormy = {facility for row in world.weather.values() for facility in row.closes}
    return {
        name: facilities.timeline(base, known, end_s) if known else base
        for name, (base, known, breakdowns) in timelines.items()
        if name not in stormy and not breakdowns
    }


def _timelines(model: Model, streams: Streams, like: Drawn | None) -> dict[str, np.ndarray]:
    same = _same_timelines(model, like.model) if like else set()
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


def _same_timelines(model: Model, other: Model) -> set[str]:
    """Facilities whose capacity in time is the same in every replication of the two."""
    stormy = {
        facility
        for sea, row in model.world.weather.items()
        if row != other.world.weather[sea]
        for facility in row.closes
    }
    mine, theirs = model.timelines, other.timelines
    return {name for name in model.plan.facilities.name if mine[name] is theirs.get(name) and name not in stormy}


def _timeline(model: Model, name: str, storms: list[facilities.Narrowing], streams: Streams) -> CapacitySteps:
    """Timeline of a facility that storms or breakdowns touch."""
    base, known, breakdowns = model.timelines[name]
    most = max(capacity for _, capacity in base)
    down = facilities.outages(breakdowns, most, name, streams, model.origin, model.end_s) if breakdowns else []
    return facilities.timeline(base, known + storms, model.end_s, down) if known or down or storms else base


def _voyages(model: Model, streams: Streams, longer: float, like: Drawn | None) -> dict[str, np.ndarray]:
    same = _same_ships(model, like.model) if like else {}
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


def _same_ships(model: Model, other: Model) -> dict[str, int]:
    """Ships whose voyages are the same in every replication of the two, and their numbers in the other."""
    mine, theirs = model.world, other.world
    if mine.links is not theirs.links and mine.links != theirs.links:
        return {}
    numbers = {(ship.name, ship.service, ship.fleet, ship.first_call): k for k, ship in enumerate(other.ships)}
    found = {}
    for ship in model.ships:
        k = numbers.get((ship.name, ship.service, ship.fleet, ship.first_call))
        alike = (
            _at_sea(mine.services[ship.service]) == _at_sea(theirs.services[ship.service])
            and mine.fleets[ship.fleet].speed_kn == theirs.fleets[ship.fleet].speed_kn
        )
        if k is not None and alike:
            found[ship.name] = k
    return found


def _at_sea(service: Service) -> tuple[object, ...]:
    """What the voyages of a service are drawn from."""
    return service.sailing_cv, [(call.port, call.entry_time, call.mooring) for call in service.rotation]


def choice_costs(key: str, choosing: Choosing, u: F64, time_s: np.ndarray) -> np.ndarray:
    """The drawn part of each branch's cost in whole seconds, shape [lots, branches].

    To what the rule draws is added, as time, what a branch costs in money when a lot sets out, at ``time_s`` [lots].
    ``u``: [lots, the flow's ways].
    """
    costs = choosing.choice.by.drawn_s(u, choosing.ways, choosing.shares, choosing.choice.scale)
    if choosing.money_s:
        since_s, money_s = zip(*choosing.money_s, strict=True)
        costs += np.array(money_s, np.float64)[np.searchsorted(since_s, time_s, side="right") - 1]
    within_32_bits(np.abs(costs), [f"{key}, the cost of a way as time"])
    return costs.astype(np.int32)


def seconds(variant: Variant, u: F64, units: int, risk: F64 | None = None) -> F64:
    """Whole seconds of a variant at uniforms ``u``, for a mover of ``units`` units.

    Of several treatments each mover gets that in whose share its uniform ``risk`` falls.
    """
    if variant.draw is None:
        drawn = lognormal(variant.mean_s, variant.cv, u)
    else:
        if risk is not None and len(variant.treatments) > 1:
            drawn = _by_treatment(variant.treatments, u, risk)
        else:
            drawn = quantile_s(variant.draw, u)
        if variant.scale != 1:
            drawn *= variant.scale
    if variant.per_unit:
        drawn *= units
    return np.rint(drawn, out=drawn)


def _by_treatment(treatments: Sequence[Treatment], u: F64, risk: F64) -> F64:
    """Seconds, not rounded, under the treatment in whose share ``risk`` falls; above all shares under the last one."""
    drawn = quantile_s(treatments[-1].draw, u)
    upper = np.cumsum([t.share for t in treatments])
    for treatment, upper_share in zip(treatments[-2::-1], upper[-2::-1], strict=True):
        drawn = np.where(risk < upper_share, quantile_s(treatment.draw, u), drawn)
    return drawn
