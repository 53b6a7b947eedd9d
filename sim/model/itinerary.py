"""From a route to a program: the ordered operations of a flow's lots.

At each node the rows of the ``processes`` table whose conditions match are applied in their order.
Where a rail leg begins lots gather to a train, where it ends the train is split; a sea leg is one
BOARD. What is acquired on the way must be given back on the way: that is checked here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sim.clock import to_seconds
from sim.contract.plan import Cause, Kind
from sim.errors import Problem
from sim.model import border
from sim.model.durations import LONGEST_S
from sim.model.gauge import reforming
from sim.model.holdings import Holdings, need_of, taken_once
from sim.model.operations import Boarding, Gathering, Need, Operation, Variant
from sim.model.rail import alternates, section_times
from sim.model.vessels import direct_voyages
from sim.network.graph import Leg, applies, service_for
from sim.network.tables import LAND_MODES, LOAD_UNITS, SEA_MODES, Flow, Link, Process
from sim.network.world import World
from sim.scenario.values import Dated, Draw

ORIGIN, DESTINATION = "origin", "destination"


class Itineraries:
    """Builds programs and keeps one operation for each key."""

    def __init__(self, world: World, origin: date, end_s: int) -> None:
        self.world, self.origin, self.end_s = world, origin, end_s
        self.operations: dict[str, Operation] = {}
        self.problems: list[Problem] = []
        self._by_node: dict[str, list[tuple[str, Process]]] = {}
        for name in sorted(world.processes, key=lambda p: (world.processes[p].order, p)):
            self._by_node.setdefault(world.processes[name].node, []).append((name, world.processes[name]))

    def program(self, name: str, flow: Flow, legs: list[Leg], day: date) -> list[Operation]:
        """Operations of a lot of ``flow`` that sets out on ``day``; problems are collected, not raised."""
        return self.to_the_end(name, flow, self.on_the_way(name, flow, legs, day))

    def on_the_way(self, name: str, flow: Flow, legs: list[Leg], day: date) -> list[Operation]:
        """What happens at each node and on each link of a route; formations have no names yet."""
        steps: list[Operation] = []
        for k in range(len(legs) + 1):
            steps += self._at_node(name, flow, legs, k, day)
            if k < len(legs) and legs[k].mode in LAND_MODES:
                steps.append(self.section(legs[k]))
        return steps

    def to_the_end(self, name: str, flow: Flow, steps: list[Operation]) -> list[Operation]:
        """Names the formations, ends the program, and sees that what was taken is returned."""
        steps = self._name_gatherings(taken_once(self.world, flow, steps))
        steps.append(self.keep(Operation("finish", Kind.FINISH, Cause.HANDLING, "end", flow.destination)))
        return Holdings(self.world, self.keep, self.problem).check(name, flow, steps)

    # -- what happens at one node

    def _at_node(self, name: str, flow: Flow, legs: list[Leg], k: int, day: date) -> list[Operation]:
        before, after = (legs[k - 1] if k else None), (legs[k] if k < len(legs) else None)
        node = after.from_node if after else (before.to_node if before else flow.origin)
        arrive, leave = before.mode if before else ORIGIN, after.mode if after else DESTINATION
        rows = [
            (n, p) for n, p in self._by_node.get(node, []) if p.in_force.at(day) and applies(p, flow, before, after)
        ]
        trains = flow.train > flow.lot
        ahead, reform, behind = reforming(rows) if trains and arrive == leave == "rail" else (rows, None, [])
        lot_rows, train_rows = self._rows(rows, name, "lot"), self._rows(ahead, name, "train")
        if arrive == leave == "rail":
            if reform:
                gathering = self._gathering(node, flow, reform)
                return [*train_rows, self._split(node), *lot_rows, gathering, *self._rows(behind, name, "train")]
            if lot_rows and trains:
                first = next(n for n, p in rows if p.scope == "lot")
                self.problem(
                    "processes",
                    first,
                    "scope",
                    f"acts on single shipments, but trains of flow '{name}' pass"
                    f" {node} unsplit; use 'scope: train', or narrower 'arrive' and 'leave'",
                )
            return train_rows + ([] if trains else lot_rows)
        if arrive == "rail":
            steps = [*train_rows, *([self._split(node)] if trains else []), *lot_rows]
        elif leave == "rail":
            rule = next(((n, p) for n, p in rows if p.action == "gather"), None)
            steps = [*lot_rows, *([self._gathering(node, flow, rule)] if trains else []), *train_rows]
        else:  # there are no trains here: each lot is one of its own
            steps = self._rows(rows, name, "lot", "train")
        if after and after.mode in SEA_MODES:
            steps.append(self.boarding(name, after))
        return steps

    def _rows(self, rows: list[tuple[str, Process]], flow: str, *scopes: str) -> list[Operation]:
        """Operations of the rows of these scopes; how trains form is no operation of its own row."""
        return [self.step(n, flow) for n, p in rows if p.scope in scopes and p.action not in ("gather", "reform")]

    def step(self, name: str, flow_name: str) -> Operation:
        """What a row of processes is for a flow."""
        row, flow = self.world.processes[name], self.world.flows[flow_name]
        kind = {"process": Kind.PROCESS, "acquire": Kind.ACQUIRE, "release": Kind.RELEASE}[row.action]
        cause = Cause.BARRIER if row.barrier and row.cause != "asset" else Cause[row.cause.upper()]
        if kind != Kind.PROCESS and row.facility and self.world.facilities[row.facility].kind == "stock":
            cause = Cause.ASSET
        own = border.own_operation(self.world, row, flow)
        key = f"process/{name}/{own}" if own else f"process/{name}"
        scales = border.scales(self.world, row, flow)
        return self.keep(
            Operation(
                key,
                kind,
                cause,
                row.barrier or name,
                row.node,
                needs=(need_of(self.world, row.facility, row.units),),
                keeps=row.holds_until_next and row.facility is not None,
                variants=self._variants(row, scales) if kind == Kind.PROCESS else (),
                process=name,
                of_flow=flow_name,
            )
        )

    def _variants(self, row: Process, scales: border.Scales) -> tuple[Variant, ...]:
        by_risk = [value for lane in row.risk_lanes.values() for value in (lane.share, lane.duration)]
        days = dates(row.duration, row.share, *by_risk, *scales)
        variants = []
        for day in self.in_run(days):
            treatments = border.treatments(row, day)
            shortest = min(treatments, key=lambda treatment: treatment.draw.mean_s)
            variants.append(
                Variant(
                    max(to_seconds(day, self.origin), 0),
                    shortest.draw,
                    border.strength(scales, day),
                    share=sum(t.share for t in treatments),
                    per_unit=row.per == "unit",
                    treatments=treatments,
                )
            )
        return tuple(variants)

    def in_run(self, days: set[date]) -> list[date]:
        return [self.origin, *sorted(d for d in days if 0 < to_seconds(d, self.origin) < self.end_s)]

    # -- legs

    def section(self, leg: Leg) -> Operation:
        """A line section in one direction."""
        link = self.world.links[leg.link]
        key = f"section/{leg.link}/{leg.from_node}"
        if key in self.operations:
            return self.operations[key]
        times = section_times(link, self.origin, self.end_s)
        if max(t.headway_s for t in times) > LONGEST_S:
            field = "capacity_mt_per_year" if link.trains_per_day is None else "trains_per_day"
            message = f"{field} is less than one train in 68 years; a closed link is 'in_service: false'"
            self.problem("links", leg.link, field, message)
        has_paths = times[0].headway_s > 0
        variants = tuple(
            Variant(t.since_s, mean_s=t.running_s, cv=link.running_cv, hold_s=t.headway_s if has_paths else None)
            for t in times
        )
        needs = (Need(section_facility(leg.link, link, leg.from_node)),) if has_paths else (Need(None),)
        return self.keep(
            Operation(
                key,
                Kind.PROCESS,
                Cause.MOVING,
                leg.link,
                leg.to_node,
                leg.link,
                leg.from_node,
                needs,
                variants=variants,
                side=int(leg.from_node != link.from_node),
            )
        )

    def _split(self, node: str) -> Operation:
        return self.keep(Operation(f"split/{node}", Kind.SPLIT, Cause.HANDLING, "split", node))

    def _gathering(self, node: str, flow: Flow, rule: tuple[str, Process] | None) -> Operation:
        """Not kept under its key yet: which lots share trains depends on what follows.

        A line that allows longer trains than the flow's makes none wait for more.
        """
        name, row = rule or (None, None)
        units = int(row.units) if row and row.units != "load" else flow.train
        units = min(units, flow.train) if row and row.action == "reform" else units
        gathering = Gathering(units, self.measure_of(flow), flow.formation_wait)
        gather = Operation(
            "gather",
            Kind.GATHER,
            Cause.FORMATION,
            "formation",
            node,
            gathering=gathering,
        )
        if row is None:
            return gather
        days = self.in_run(dates(row.duration))
        waits = [row.duration.at(day) for day in days]
        if len(waits) == 1 and waits[0].dist == "fixed":
            return replace(gather, gathering=replace(gathering, wait_s=int(waits[0].value or 0)))
        variants = tuple(
            Variant(max(to_seconds(day, self.origin), 0), wait) for day, wait in zip(days, waits, strict=True)
        )
        return replace(gather, gathering=replace(gathering, wait_s=-1), variants=variants, drawn_as=f"process/{name}")

    def _name_gatherings(self, steps: list[Operation]) -> list[Operation]:
        """Lots gather into one train when their next operations agree up to the split."""
        named = []
        for k, step in enumerate(steps):
            if step.gathering:
                to_split = next(j for j in range(k, len(steps)) if steps[j].kind == Kind.SPLIT)
                path = ">".join(s.key for s in steps[k + 1 : to_split + 1])
                measure = LOAD_UNITS[step.gathering.measure]
                wait = step.drawn_as or step.gathering.wait_s
                key = f"gather/{step.node}/{step.gathering.units} {measure}/{wait}/{path}"
                step = self.keep(replace(step, key=key))
            named.append(step)
        return named

    def boarding(self, name: str, leg: Leg) -> Operation:
        """A sea leg of a flow; what room loading gives back is not known yet."""
        flow = self.world.flows[name]
        service_id = service_for(self.world, leg.link)
        service = self.world.services[service_id]
        rotation = service.rotation
        ports = [call.port for call in rotation]
        voyages = direct_voyages(ports, leg.from_node, leg.to_node)
        key = f"board/{service_id}/" + "+".join(f"{start}-{stop}" for start, stop in voyages)
        if flow.cargo not in service.cargo:
            self.problem(
                "flows",
                name,
                "cargo",
                f"service '{service_id}' does not take {flow.cargo}"
                f" (it takes {', '.join(service.cargo)}), but the route goes over '{leg.link}'",
            )
        if len({rotation[stop].yard for _, stop in voyages}) > 1:
            self.problem(
                "services",
                service_id,
                "rotation",
                f"calls at '{leg.to_node}' several times, and shipments of"
                f" flow '{name}' may be landed at each: give these calls one 'yard' or none",
            )
        loads = [rotation[start].load_per_unit for start, _ in voyages]
        discharges = [rotation[stop].discharge_per_unit for _, stop in voyages]
        days = self.in_run(dates(*loads, *discharges))

        def variants(drawn: list[Dated[Draw]]) -> tuple[Variant, ...]:
            return tuple(
                Variant(max(to_seconds(day, self.origin), 0), of_voyage.at(day), per_unit=True)
                for of_voyage in drawn
                for day in days
            )

        return Operation(
            key,
            Kind.BOARD,
            Cause.VESSEL,
            service_id,
            leg.to_node,
            leg.link,
            leg.from_node,
            variants=variants(loads),
            boarding=Boarding(service_id, voyages, variants(discharges)),
            of_flow=name,
        )

    def measure_of(self, flow: Flow) -> int:
        """Index of the measure in which the flow's cargo unit is counted."""
        cargo = self.world.cargo[flow.cargo]
        return next((k for k, m in enumerate(LOAD_UNITS) if getattr(cargo, m)), len(LOAD_UNITS) - 1)

    def keep(self, operation: Operation) -> Operation:
        return self.operations.setdefault(operation.key, operation)

    def problem(self, table: str, row: str, field: str | None, message: str) -> None:
        file, line = self.world.where(table, row, field)
        self.problems.append(Problem(f"{table}.{row}: {message}", str(file), line))


def section_facility(name: str, link: Link, from_node: str) -> str:
    """Name of the line section that is entered at ``from_node``; a single track has one for both ways."""
    return f"{name}/both" if alternates(link) else f"{name}/{from_node}"


def dates(*values: Dated[Draw] | Dated[float] | None) -> set[date]:
    return {day for value in values if value is not None for day in value.dates}
