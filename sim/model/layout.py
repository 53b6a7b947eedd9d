"""Numbers everything: facilities, operations, programs, calls and vessels become rows of arrays.

Each kind of thing is numbered by sorted name, so that neither a file's order nor an addition elsewhere
changes what an identifier means within its kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from sim.clock import DAY_S, NEVER_S, to_seconds
from sim.contract.plan import Cause, Discipline, Kind, Plan, Policy
from sim.model import border, demand, facilities
from sim.model.operations import Need, Operation
from sim.model.vessels import Ship, leg
from sim.network.tables import MEASURES, Departure, Facility, Flow, Outages, Service
from sim.network.world import World

#: Timetables run from this Monday, whatever day a run begins on.
TIMETABLE_ANCHOR = date(2000, 1, 3)
#: A flow with its (from second, operations) programs; None: a woken flow that has no way then.
Routed = tuple[str, Flow, list[tuple[int, list[Operation] | None]]]
#: Number of a program that is not there.
NO_WAY = -1
#: (time, capacity) steps known beforehand, the known narrowings of them, and how single units break down.
Timeline = tuple[list[tuple[int, int]], list[facilities.Narrowing], Outages | None]


@dataclass(frozen=True)
class Demand:
    """One flow, ready to be drawn: its months, its lot's size, and its program from each date on."""

    name: str
    flow: Flow
    months: list[demand.Month]
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
            if world.fleets[ship.fleet].outages:
                rotation = world.services[ship.service].rotation
                used |= {op.key: op for k in range(len(rotation)) for op in [_own_sailing(ship, k, world)]}
        for name, row in world.facilities.items():
            if row.kind == "stock" and row.idle_wait is not None:
                leave = _leaving(name, row)
                used[leave.key] = leave
        self.operations = [used[key] for key in sorted(used)]
        self.op_index = {op.key: i for i, op in enumerate(self.operations)}
        needed = {need.facility for op in self.operations for need in op.needs if need.facility}
        self.facility_names = tuple(sorted({*world.facilities, *needed}))  # the line sections come with the needs
        self.facility_index = {name: i for i, name in enumerate(self.facility_names)}
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
            months = demand.months(flow, origin, end_s)
            self.demands.append(Demand(name, flow, months, _lot_size(world, flow), numbered))

    def timelines(self) -> dict[str, Timeline]:
        """Dated capacity and known narrowings of each facility; line sections admit one train at a time."""
        result: dict[str, Timeline] = {}
        fleets = {ship_facility(ship): ship.fleet for ship in self.fleet}
        for name in self.facility_names:
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

    def plan(self) -> Plan:
        """All arrays that do not depend on random draws."""
        return Plan(
            **self._facilities(),
            **self._journeys(),
            **self._operations(),
            **self._programs(),
            **self._calls(),
            **self._vessels(),
            node_name=self.nodes,
            link_name=self.links,
            pool_name=self.pools,
            flow_name=tuple(d.name for d in self.demands),
        )

    def _facilities(self) -> dict[str, Any]:
        rows = [self.world.facilities.get(name) for name in self.facility_names]
        resets = [facilities.reset_instants(r.resets, self.origin, self.end_s) if r and r.resets else [] for r in rows]
        return {
            "facility_name": self.facility_names,
            "facility_policy": np.array(
                [self._policy(n, r) for n, r in zip(self.facility_names, rows, strict=True)], np.int8
            ),
            "facility_stock": np.array([bool(r and r.kind == "stock") for r in rows], bool),
            "stock_wait_s": np.array(
                [NEVER_S if r is None or r.idle_wait is None else r.idle_wait for r in rows], np.int64
            ),
            "stock_leave_need": np.array(
                [self._first_needs().get(f"stock/{name}", -1) for name in self.facility_names], np.int32
            ),
            "facility_discipline": np.array(
                [self._discipline(n, r) for n, r in zip(self.facility_names, rows, strict=True)], np.int8
            ),
            "reset_ptr": np.concatenate(([0], np.cumsum([len(r) for r in resets]))).astype(np.int32),
            "reset_s": np.array([s for r in resets for s in r], np.int64),
        }

    def _journeys(self) -> dict[str, Any]:
        """Where the units of each stock travel on to, by flow and date."""
        pool = np.full(len(self.facility_names), -1, np.int32)
        journeys: list[tuple[int, int, int, int]] = []  # stock, flow, since, home
        for name, row in self.world.facilities.items():
            if row.kind == "stock":
                pool[self.facility_index[name]] = self.pools.index(row.pool or name)
        for number, demand_ in enumerate(self.demands):
            if demand_.flow.woken_by:
                stock = self.facility_index[demand_.flow.woken_by]
                journeys += [
                    (stock, number, since_s, self._home(program, pool, pool[stock]))
                    for since_s, program in demand_.programs
                ]
        journeys.sort()
        columns = np.array(journeys, np.int64).reshape(-1, 4).T
        counts = np.bincount(columns[0], minlength=len(self.facility_names))
        return {
            "stock_pool": pool,
            "wake_ptr": np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
            "wake_flow": columns[1].astype(np.int32),
            "wake_since_s": columns[2],
            "wake_home": columns[3].astype(np.int32),
        }

    def _home(self, program: int, pool: np.ndarray, wanted: int) -> int:
        """The stock of the pool to which a program gives units back; every program does (itinerary)."""
        if program == NO_WAY:
            return -1
        releases = (self.operations[o] for o in self.programs[program] if self.operations[o].kind == Kind.RELEASE)
        stocks = [self.facility_index[need.facility] for op in releases for need in op.needs if need.facility]
        return next(f for f in stocks if pool[f] == wanted)

    def _policy(self, name: str, row: Facility | None) -> Policy:
        if row is None:  # a ship stops at sea and goes on when mended; a train in a section goes on
            return Policy.SUSPEND if name.startswith("ship/") else Policy.FINISH
        return Policy[row.on_closure.upper()]

    def _discipline(self, name: str, row: Facility | None) -> Discipline:
        if row is None:
            return Discipline.ALTERNATE if name.endswith("/both") else Discipline.FIFO
        return Discipline[row.discipline.upper()]

    def _operations(self) -> dict[str, Any]:
        ops = self.operations
        needs = [(i, n) for i, op in enumerate(ops) for n in op.needs]
        counts = np.array([len(op.needs) for op in ops])
        variants = [op.since_s for op in ops]
        node = {name: i for i, name in enumerate(self.nodes)}
        link = {name: i for i, name in enumerate(self.links)}
        service = {name: i for i, name in enumerate(self.services)}
        first_call = {s: i for i, (s, k) in reversed(list(enumerate(self.calls))) if k == 0}
        i32 = np.int32
        return {
            "op_name": tuple(op.key for op in ops),
            "op_kind": np.array([op.kind for op in ops], np.int8),
            "op_cause": np.array([op.cause for op in ops], np.int8),
            "op_label": tuple(op.label for op in ops),
            "op_node": np.array([node[op.node] for op in ops], i32),
            "op_link": np.array([link[op.link] if op.link else -1 for op in ops], i32),
            "op_from_node": np.array([node[op.from_node or op.node] for op in ops], i32),
            "op_side": np.array([op.side for op in ops], np.int8),
            "op_keeps": np.array([op.keeps for op in ops], bool),
            "op_variant_ptr": np.concatenate(([0], np.cumsum([len(v) for v in variants]))).astype(i32),
            "variant_s": np.array([s for v in variants for s in v], np.int64),
            "need_ptr": np.concatenate(([0], np.cumsum(counts))).astype(i32),
            "need_op": np.array([i for i, _ in needs], i32),
            "need_facility": np.array([self.facility_index[n.facility] if n.facility else -1 for _, n in needs], i32),
            "need_units": np.array([n.units for _, n in needs], i32),
            "need_measure": np.array([n.measure for _, n in needs], np.int8),
            "gather_units": np.array([op.gather_units for op in ops], np.int64),
            "gather_measure": np.array([op.gather_measure for op in ops], np.int8),
            "gather_wait_s": np.array([op.gather_wait_s for op in ops], np.int64),
            "board_service": np.array([service[op.service] if op.service else -1 for op in ops], i32),
            "board_ptr": np.concatenate(([0], np.cumsum([len(op.voyages) for op in ops]))).astype(i32),
            "board_from": np.array(
                [first_call[op.service] + start for op in ops if op.service for start, _ in op.voyages], i32
            ),
            "board_to": np.array(
                [first_call[op.service] + stop for op in ops if op.service for _, stop in op.voyages], i32
            ),
            "choose_ptr": np.concatenate(([0], np.cumsum([len(op.targets) for op in ops]))).astype(i32),
            "choose_target": np.array([t for op in ops for t in op.targets], i32),
            "choose_start_s": np.array([s for op in ops for s in op.start_s], np.int64),
            "choose_memory": np.array([op.choice.memory if op.choice else 1 for op in ops], i32),
            "choose_by_time": np.array([bool(op.choice and op.choice.rule != "share") for op in ops], bool),
        }

    def _programs(self) -> dict[str, Any]:
        draws = [[self.operations[o].draws for o in p] for p in self.programs]
        return {
            "program_ptr": np.concatenate(([0], np.cumsum([len(p) for p in self.programs]))).astype(np.int32),
            "program_op": np.array([o for p in self.programs for o in p], np.int32),
            "program_draw": np.array([sum(d[:k]) for d in draws for k in range(len(d))], np.int32),
        }

    def _calls(self) -> dict[str, Any]:
        services = [self.world.services[s] for s in self.services]
        calls = [self.world.services[s].rotation[k] for s, k in self.calls]
        need_of = self._first_needs()

        def needs(what: str) -> np.ndarray:
            return np.array([need_of.get(f"call/{s}/{k}/{what}", -1) for s, k in self.calls], np.int32)

        rules = [c.departure or self.world.services[s].departure for (s, _), c in zip(self.calls, calls, strict=True)]
        return {
            "service_name": self.services,
            "call_ptr": np.concatenate(([0], np.cumsum([len(s.rotation) for s in services]))).astype(np.int32),
            "call_node": np.array([self.nodes.index(c.port) for c in calls], np.int32),
            "call_queue": np.array([self.calls.index((s, self._first_at_port(s, k))) for s, k in self.calls], np.int32),
            "call_berth_need": needs("berth"),
            "call_entry_need": needs("entry"),
            "call_exit_need": needs("exit"),
            "call_entry_s": np.array([c.entry_time for c in calls], np.int64),
            "call_load_need": needs("load"),
            "call_discharge_need": needs("discharge"),
            "call_yard_need": needs("yard"),
            "call_moor_need": needs("moor"),
            "call_sail_need": needs("sail"),
            "call_timetable": np.array([r.rule == "timetable" for r in rules], bool),
            "call_fill_permille": np.array([round(r.fill * 1000) for r in rules], np.int32),
            "call_longest_wait_s": np.array(
                [NEVER_S if r.longest_wait is None else r.longest_wait for r in rules], np.int64
            ),
            "call_every_s": np.array([r.every or DAY_S for r in rules], np.int64),
            "call_first_s": np.array([self._first_departure(r) for r in rules], np.int64),
            "call_before_closing_s": np.array(
                [-1 if r.before_closing is None else r.before_closing for r in rules], np.int64
            ),
            "service_smaller_may_pass": np.array([s.smaller_may_pass for s in services], bool),
        }

    def _first_at_port(self, service: str, call: int) -> int:
        """The first call of the rotation at the port of a call."""
        ports = [c.port for c in self.world.services[service].rotation]
        return ports.index(ports[call])

    def _first_needs(self) -> dict[str, int]:
        """Number of each operation's first need."""
        counts = [len(op.needs) for op in self.operations]
        starts = np.concatenate(([0], np.cumsum(counts))).tolist()
        return {op.key: start for op, start in zip(self.operations, starts, strict=False)}

    def _first_departure(self, rule: Departure) -> int:
        """First timetable departure at or after the run's origin."""
        return (to_seconds(TIMETABLE_ANCHOR, self.origin) + rule.first) % (rule.every or DAY_S)

    def _vessels(self) -> dict[str, Any]:
        first_call = {s: i for i, (s, k) in reversed(list(enumerate(self.calls))) if k == 0}
        need_of = self._first_needs()
        sail_needs = [
            [
                need_of.get(f"call/{s.service}/{k}/sail/{s.name}", need_of[f"call/{s.service}/{k}/sail"])
                for k in range(len(self.world.services[s.service].rotation))
            ]
            for s in self.fleet
        ]
        return {
            "vessel_name": tuple(s.name for s in self.fleet),
            "vessel_service": np.array([self.services.index(s.service) for s in self.fleet], np.int32),
            "vessel_first_call": np.array([first_call[s.service] + s.first_call for s in self.fleet], np.int32),
            "vessel_start_s": np.array([s.start_s for s in self.fleet], np.int64),
            "vessel_end_s": np.array([s.end_s for s in self.fleet], np.int64),
            "vessel_sail_ptr": np.concatenate(([0], np.cumsum([len(n) for n in sail_needs]))).astype(np.int32),
            "vessel_sail_need": np.array([need for needs in sail_needs for need in needs], np.int32),
            "vessel_limit": np.array([s.limits for s in self.fleet], np.int64).reshape(len(self.fleet), len(MEASURES)),
            "payload_ptr": np.concatenate(([0], np.cumsum([len(s.payload) for s in self.fleet]))).astype(np.int32),
            "payload_s": np.array([since for s in self.fleet for since, _ in s.payload], np.int64),
            "payload_t": np.array([tonnes for s in self.fleet for _, tonnes in s.payload], np.int64),
        }


def ship_facility(ship: Ship) -> str:
    """Name of the facility that stands for a ship's being fit to sail."""
    return f"ship/{ship.name}"


def _leaving(name: str, row: Facility) -> Operation:
    """Units of a stock that found no load travel on."""
    need = Need(name, 0, MEASURES.index(row.unit)) if row.unit in MEASURES else Need(name, 1)
    return Operation(f"stock/{name}", Kind.ACQUIRE, Cause.ASSET, name, row.node, needs=(need,))


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
        need = Need(call.yard, 1) if unit == "each" else Need(call.yard, 0, MEASURES.index(unit))
        found.append(step("yard", Kind.ACQUIRE, Cause.CAPACITY, need))
    return found


def _lot_size(world: World, flow: Flow) -> list[int]:
    """What one lot takes of each measure; tonnes as the statistics count them where the cargo names none."""
    cargo, units = world.cargo[flow.cargo], 1 if flow.woken_by else flow.lot  # a woken lot is what stood together
    size = [getattr(cargo, m) * units for m in MEASURES]
    tonnes = MEASURES.index("t")
    if not cargo.t:
        size[tonnes] = round(flow.tonnes_per_unit * units)
    return size
