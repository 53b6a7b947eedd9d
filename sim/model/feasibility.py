"""What can be seen before a run to end in waiting for ever: refused with its reason, not found as a deadlock.

A facility that never opens, work that fits into no opening, lots too heavy for the water that is left, and
things that are taken where nothing brings them back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from operator import is_

import networkx as nx
import numpy as np

from sim.clock import DAY_S, format_duration
from sim.contract.plan import Cause, Kind
from sim.errors import InputError, Problem
from sim.model.bans import last_return_s
from sim.model.draws import Model
from sim.model.facilities import timeline
from sim.model.layout import Demand
from sim.model.lot_draws import seconds
from sim.model.operations import Operation
from sim.model.size import SIZES, too_large
from sim.model.vessels import call_s
from sim.model.water import depth_m
from sim.network.tables import LOAD_UNITS, TABLES
from sim.scenario.library import shown

#: Probability at which a drawn duration is taken to be its least.
LEAST = np.array([1e-9])


def refuse_impossible(model: Model) -> None:
    """Raise ``InputError`` with every such fault of a built model."""
    problems = [
        *_no_freight(model),
        *too_large(model),
        *_never_moves(model),
        *_never_open(model, model.world.facilities),
        *_too_shallow(model, {demand.name for demand in model.demands}),
        *_nothing_returns(model),
    ]
    if problems:
        raise InputError(problems)


def faults_of_patch(model: Model, base: Model, facilities: Collection[str], flows: Collection[str]) -> list[Problem]:
    """What ``refuse_impossible`` finds in a model that was patched from ``base``, in which it finds nothing.

    ``facilities``: those that have another capacity in time, or that steps with other times need. ``flows``: those that
    have other demand, or may board ships with other room.
    """
    other = {table for table in TABLES if getattr(model.world, table) is not getattr(base.world, table)}
    as_large = model.plan.programs is base.plan.programs and all(map(is_, model.demands, base.demands))
    return [
        *([] if as_large and not other & SIZES else too_large(model)),
        *(_never_moves(model) if other & {"fleets", "services", "links"} else ()),
        *_never_open(model, facilities),
        *_too_shallow(model, flows),
    ]


def _no_freight(model: Model) -> Iterator[Problem]:
    """Without a flow there is nothing to simulate, and nothing to say of it."""
    if not model.world.flows:
        file = shown(model.world.raw.folder / "flows.yaml")
        yield Problem("flows: there is none, so nothing moves; allowed: one flow or more", file)


def _never_moves(model: Model) -> Iterator[Problem]:
    """A ship whose rotation takes no time would call for ever at one instant."""
    for name, fleet in model.world.fleets.items():
        service = model.world.services[fleet.service]
        mean_s = call_s(service, fleet, model.world.links, model.origin)
        if mean_s < 1:
            file, line = model.world.where("fleets", name, "speed_kn")
            message = "its rotation takes less than a second from call to call; lower the speed or give a 'mooring'"
            yield Problem(f"fleets.{name}.speed_kn: {message}", file, line)


def _never_open(model: Model, names: Collection[str]) -> Iterator[Problem]:
    """Hours and known closures leave no time at all, or none long enough for work that must end before closing."""
    for name, row in model.world.facilities.items():
        if name not in names:
            continue
        needed = [op for op in model.operations if any(n.facility == name for n in op.needs) and not _is_nothing(op)]
        if not needed or row.kind == "stock":
            continue
        base, narrowings, _ = model.timelines[name]
        steps = [step for step in timeline(base, narrowings, model.end_s) if step[0] < model.end_s]
        field = "hours" if row.hours else "closures" if row.closures else "capacity"
        file, line = model.world.where("facilities", name, field)
        if max(capacity for _, capacity in steps) == 0:
            message = f"facilities.{name}: is needed but never open in the run ({field}); who comes waits for ever"
            yield Problem(message, file, line)
        elif row.on_closure in ("not_started", "restart"):
            longest_s = _longest_opening_s(steps, model.end_s)
            for op in needed:
                least_s = min((int(seconds(v, LEAST, 1)[0]) for v in op.variants), default=0)
                if op.kind == Kind.PROCESS and least_s > longest_s:
                    yield Problem(
                        f"facilities.{name}: opens for {format_duration(longest_s)} at most, but '{op.key}' takes"
                        f" {format_duration(least_s)} at least and closing does not let it end"
                        f" (on_closure: {row.on_closure})",
                        file,
                        line,
                    )


def _is_nothing(op: Operation) -> bool:
    """A step whose time is nothing, such as a removed barrier: nobody waits for it."""
    return op.kind == Kind.PROCESS and op.cause == Cause.BARRIER and all(v.scale == 0 for v in op.variants)


def _longest_opening_s(steps: list[tuple[int, int]], end_s: int) -> int:
    """Longest stretch of open time among (time, capacity) steps."""
    longest, since = 0, None
    for at_s, capacity in [*steps, (end_s, 0)]:
        if capacity and since is None:
            since = at_s
        elif not capacity and since is not None:
            longest, since = max(longest, at_s - since), None
    return longest


def _too_shallow(model: Model, flows: Collection[str]) -> Iterator[Problem]:
    """At the end of the run the water still carries some ship with a whole lot aboard, for each service it boards."""
    for demand in model.demands:
        weight_t = demand.size[LOAD_UNITS.index("t")]
        if demand.name not in flows or demand.flow.woken_by or not weight_t:
            continue
        for service in sorted(_services_boarded(model, demand)):
            last = [
                ship
                for ship in model.ships
                if ship.service == service
                and ship.end_s >= model.end_s
                and all(limit < 0 or load <= limit for load, limit in zip(demand.size, ship.limits, strict=True))
            ]
            # the weight that each ship may load, or None where no depth is known
            carried_t = [ship.payload[-1][1] if ship.payload else None for ship in last]
            if not last or any(t is None or t >= weight_t for t in carried_t):
                continue
            since_s = max(_too_light_since_s(ship.payload, weight_t) for ship in last)
            last_s = last_return_s(model.world, demand.name, model.origin)
            ends_s = [m.start_s + (len(m.cumulative) - 1) * DAY_S for m in demand.months if m.count]
            if max(last_s, *ends_s, 0) <= since_s:
                continue  # the last lot has set out before
            day = model.origin + timedelta(seconds=since_s)
            berth = _shallowest(model, service, day)
            file, line = model.world.where("flows", demand.name, "lot")
            yield Problem(
                f"flows.{demand.name}.lot: a shipment of {demand.flow.lot} {demand.flow.cargo} weighs {weight_t} t, and"
                f" from {day} the water carries ships of '{service}' with {max(t or 0 for t in carried_t)} t at most;"
                f" allowed: a smaller shipment, or more water than facilities.{berth}.depth_m gives",
                file,
                line,
            )


def _services_boarded(model: Model, demand: Demand) -> set[str]:
    plan, found = model.plan, set[int]()
    for _, program in demand.programs:
        steps = plan.programs.op[plan.programs.ptr[program] : plan.programs.ptr[program + 1]]
        found |= set(plan.boardings.service[steps].tolist())
    return {plan.services.name[service] for service in found if service >= 0}


def _too_light_since_s(payload: tuple[tuple[int, int], ...], weight_t: int) -> int:
    """From when on the weight that the water carries stays below ``weight_t``."""
    enough = [k for k, (_, tonnes) in enumerate(payload) if tonnes >= weight_t]
    return payload[enough[-1] + 1][0] if enough else payload[0][0]


def _shallowest(model: Model, service: str, day: date) -> str:
    berths = [call.berth for call in model.world.services[service].rotation]
    charted = [b for b in berths if model.world.facilities[b].depth_m is not None]
    return min(charted, key=lambda b: depth_m(model.world.facilities[b], model.world.water, day))


def _nothing_returns(model: Model) -> Iterator[Problem]:
    """What a flow takes from a stock must find a way back there, with loads or empty."""
    facilities, plan = model.world.facilities, model.plan
    moves: dict[str, list[tuple[str, str]]] = {}  # flow -> (taken from, returned to)
    for demand in model.demands:
        moves[demand.name] = []
        for _, program in demand.programs:
            woken = demand.flow.woken_by
            held = {facilities[woken].pool: woken} if woken else {}
            for at in range(plan.programs.ptr[program], plan.programs.ptr[program + 1]):
                step = model.operations[plan.programs.op[at]]
                row = facilities.get(step.needs[0].facility or "")
                if row is None or row.kind != "stock" or row.pool is None:
                    continue
                facility = str(step.needs[0].facility)
                if step.kind == Kind.ACQUIRE:
                    held[row.pool] = facility
                elif step.kind == Kind.RELEASE and row.pool in held:
                    moves[demand.name].append((held.pop(row.pool), facility))
    ways = nx.DiGraph(move for several in moves.values() for move in several)
    for demand in model.demands:
        for start, stop in dict.fromkeys(moves[demand.name]):
            if not demand.flow.woken_by and not nx.has_path(ways, stop, start):
                file, line = model.world.where("flows", demand.name)
                yield Problem(
                    f"flows.{demand.name}: takes from '{start}' what ends at '{stop}', from where nothing returns;"
                    f" add 'idle_wait' to '{stop}' and a flow 'woken_by' it",
                    file,
                    line,
                )
