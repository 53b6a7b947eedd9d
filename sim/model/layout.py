"""Numbers everything: facilities, operations, programs, calls and vessels.

Each kind of thing is numbered by sorted name, so that neither a file's order nor an addition elsewhere
changes what an identifier means within its kind. ``sim.model.arrays`` writes what has these numbers as arrays.
"""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from sim.contract.plan import Cause, Kind
from sim.model import border, demand, facilities
from sim.model.bans import LoadingBan, begin_s, loading_bans
from sim.model.operations import Need, Operation
from sim.model.vessels import Ship, leg
from sim.network.tables import LOAD_UNITS, Facility, Flow, Outages, Service
from sim.network.world import World

#: A flow with its (from second, operations) programs; None: a woken flow that has no way then.
Routed = tuple[str, Flow, list[tuple[int, list[Operation] | None]]]
#: Number of a program that is not there.
NO_WAY = -1
#: (time, capacity) steps known beforehand, the known narrowings of them, and how single units break down.
Timeline = tuple[list[tuple[int, int]], list[facilities.Narrowing], Outages | None]


@dataclass(frozen=True)
class Demand:
    """One flow, ready to be drawn: its months, its bans, its lot's size, and its program from each date on."""

    name: str
    flow: Flow
    months: list[demand.Month]
    bans: list[LoadingBan]
    size: list[int]
    programs: list[tuple[int, int]]  # (from second, program)


class Layout:
    """Numbers facilities, operations, programs, calls and vessels, each by sorted name."""

    def __init__(self, world: World, routed: list[Routed], fleet: list[Ship], origin: date, end_s: int) -> None:
        self.world, self.fleet, self.origin, self.end_s = world, fleet, origin, end_s
        used = {op.key: op for _, _, programs in routed for _, steps in programs for op in steps or ()}
        self.calls = [(s, k) for s in sorted(world.services) for k in range(len(world.services[s].rotation))]
        for service, k in self.calls:
            used |= {op.key: op for op in _call_operations(service, k, world.services[service], world)}
        for ship in fleet:
            used |= {op.key: op for op in own_sailings(ship, world)}
        for name, row in world.facilities.items():
            if row.kind == "stock" and row.idle_wait is not None:
                leave = _leaving(name, row)
                used[leave.key] = leave
        self.operations = [used[key] for key in sorted(used)]
        self.number_operations()
        self.nodes, self.links = tuple(sorted(world.nodes)), tuple(sorted(world.links))
        self.services = tuple(sorted(world.services))
        # programs: one for each distinct sequence of operations
        self.programs: list[tuple[int, ...]] = []
        self.pools = tuple(sorted({row.pool or name for name, row in world.facilities.items() if row.kind == "stock"}))
        self.demands = []
        for name, flow, programs in routed:
            numbered = []
            for since_s, steps in programs:
                if steps is None:
                    numbered.append((since_s, NO_WAY))
                    continue
                sequence = tuple(self.op_index[op.key] for op in steps)
                if sequence not in self.programs:
                    self.programs.append(sequence)
                numbered.append((since_s, self.programs.index(sequence)))
            bans = loading_bans(world, name, origin)
            months = demand.months(flow, origin, end_s, begin_s(bans, end_s))
            self.demands.append(Demand(name, flow, months, bans, lot_size(world, flow), numbered))

    def number_operations(self) -> None:
        """Number the operations, and the facilities that they need, by sorted name."""
        self.op_index = {op.key: i for i, op in enumerate(self.operations)}
        needed = {need.facility for op in self.operations for need in op.needs if need.facility}
        self.facility_names = tuple(sorted({*self.world.facilities, *needed}))  # line sections come with the needs
        self.facility_index = {name: i for i, name in enumerate(self.facility_names)}

    def first_needs(self) -> dict[str, int]:
        """Number of each operation's first need."""
        counts = [len(op.needs) for op in self.operations]
        starts = np.concatenate(([0], np.cumsum(counts))).tolist()
        return {op.key: start for op, start in zip(self.operations, starts, strict=False)}

    def first_calls(self) -> dict[str, int]:
        """Number of each service's first call."""
        return {s: i for i, (s, k) in enumerate(self.calls) if k == 0}

    def timelines(self, names: Collection[str] | None = None) -> dict[str, Timeline]:
        """Dated capacity and known narrowings of facilities, default all; line sections admit one train at a time."""
        result: dict[str, Timeline] = {}
        fleets = {ship_facility(ship): ship.fleet for ship in self.fleet}
        for name in self.facility_names if names is None else names:
            row = self.world.facilities.get(name)
            if row is None:
                outages = self.world.fleets[fleets[name]].outages if name in fleets else None
                result[name] = ([(0, 1)], [], outages)
            else:
                result[name] = (
                    facilities.dated_steps(border.passes(self.world, name), self.origin, self.end_s),
                    facilities.planned_narrowings(row, self.origin, self.end_s),
                    row.outages,
                )
        return result

    def renumbered(self, operations: Collection[Operation], fleet: list[Ship]) -> Layout:
        """The same programs and flows among other operations, of which each program's are some."""
        other = copy(self)
        other.fleet, other.operations = fleet, sorted(operations, key=lambda op: op.key)
        other.number_operations()
        new = [other.op_index.get(op.key, -1) for op in self.operations]
        other.programs = [tuple(new[op] for op in program) for program in self.programs]
        return other

    def like(self, world: World, operations: list[Operation], fleet: list[Ship], demands: list[Demand]) -> Layout:
        """The same numbers for a world that differs in times and amounts alone."""
        other = copy(self)
        other.world, other.operations, other.fleet, other.demands = world, operations, fleet, demands
        return other


def ship_facility(ship: Ship) -> str:
    """Name of the facility that stands for a ship's being fit to sail."""
    return f"ship/{ship.name}"


def _leaving(name: str, row: Facility) -> Operation:
    """Units of a stock that found no load travel on."""
    need = Need(name, 0, LOAD_UNITS.index(row.unit)) if row.unit in LOAD_UNITS else Need(name, 1)
    return Operation(f"stock/{name}", Kind.ACQUIRE, Cause.ASSET, name, row.node, needs=(need,))


def own_sailings(ship: Ship, world: World) -> list[Operation]:
    """The legs of a ship's rotation, where it breaks down; else it shares those of its service."""
    if not world.fleets[ship.fleet].outages:
        return []
    return [_own_sailing(ship, k, world) for k in range(len(world.services[ship.service].rotation))]


def _own_sailing(ship: Ship, k: int, world: World) -> Operation:
    """Sailing of a ship that breaks down: it needs the ship itself."""
    shared = next(
        op for op in _call_operations(ship.service, k, world.services[ship.service], world) if op.kind == Kind.SAIL
    )
    return replace(shared, key=f"{shared.key}/{ship.name}", needs=(Need(ship_facility(ship)),))


def _call_operations(name: str, k: int, service: Service, world: World) -> list[Operation]:
    """What a vessel does at one call, as operations that appear in the trace."""
    call = service.rotation[k]
    link = leg(service, world.links, k)
    following = service.rotation[(k + 1) % len(service.rotation)].port

    def step(what: str, kind: Kind, cause: Cause, need: Need, **more: Any) -> Operation:
        node = more.pop("node", call.port)
        return Operation(f"call/{name}/{k}/{what}", kind, cause, name, node, needs=(need,), **more)

    found = [
        step("berth", Kind.ACQUIRE, Cause.CAPACITY, Need(call.berth)),
        step("moor", Kind.PROCESS, Cause.HANDLING, Need(None)),
        step("load", Kind.PROCESS, Cause.HANDLING, Need(call.cranes, call.cranes_per_vessel)),
        step("discharge", Kind.PROCESS, Cause.HANDLING, Need(call.cranes, call.cranes_per_vessel)),
        step("sail", Kind.SAIL, Cause.MOVING, Need(None), node=following, link=link, from_node=call.port),
    ]
    if call.entry:
        found += [
            step("entry", Kind.PROCESS, Cause.MOVING, Need(call.entry)),
            step("exit", Kind.PROCESS, Cause.MOVING, Need(call.entry)),
        ]
    if call.yard:
        unit = world.facilities[call.yard].unit
        need = Need(call.yard, 1) if unit == "each" else Need(call.yard, 0, LOAD_UNITS.index(unit))
        found.append(step("yard", Kind.ACQUIRE, Cause.CAPACITY, need))
    return found


def lot_size(world: World, flow: Flow) -> list[int]:
    """What one lot takes of each measure; tonnes as the statistics count them where the cargo names none."""
    cargo, units = world.cargo[flow.cargo], 1 if flow.woken_by else flow.lot  # a woken lot is what stood together
    size = [getattr(cargo, m) * units for m in LOAD_UNITS]
    tonnes = LOAD_UNITS.index("t")
    if not cargo.t:
        size[tonnes] = round(flow.tonnes_per_unit * units)
    return size
