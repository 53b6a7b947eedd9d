"""Another model of the same corridor, made from a built one by changing what follows from a few fields.

``Patcher(world).patched(overrides)`` gives the model that ``build`` would make of the world with these overrides, array
by array, without reading, checking and building it all. What the two have in common is one and the same object, so that
``Model.draw(..., like=...)`` takes over what was drawn of it. What follows from a field is declared at the field
(``sim.network.patching.EFFECTS``); where more would follow, nothing is patched and the reason is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sim.contract.plan import Kind
from sim.model import border, demand
from sim.model.arrays import PARTS
from sim.model.bans import begin_s, loading_bans
from sim.model.build import build, days_with_departures
from sim.model.choice import Choices
from sim.model.draws import Model, known_timelines
from sim.model.feasibility import faults_of_patch, refuse_impossible
from sim.model.itinerary import Itineraries
from sim.model.layout import Demand, Layout, lot_size, own_sailings, ship_facility
from sim.model.operations import Operation
from sim.model.programs import DrawnProgram, drawn_program, with_operations
from sim.model.vessels import Ship, ships
from sim.network.graph import Leg, network_dates
from sim.network.patching import Changed, Checked, Unpatchable, patched_world, with_other_demand
from sim.network.world import World
from sim.scenario.changes import Change
from sim.scenario.load import Scenario


@dataclass(frozen=True)
class Patch:
    """A patched model, or why there is none and the whole is to be built."""

    model: Model | None
    reason: str = ""


class Patcher:
    """A checked and built model from which others are made.

    Raises InputError if the world does not pass its checks, or cannot be built.
    """

    def __init__(self, world: World) -> None:
        self.checked, self.model = Checked(world), build(world)
        refuse_impossible(self.model)
        self._canonical = world.canonical()

    def canonical(self, world: World) -> dict[str, Any]:
        """``world.canonical()`` of a patched world."""
        return world.like(self.model.world, self._canonical)

    def patched(self, overrides: Sequence[str], beneath: Sequence[Change] = ()) -> Patch:
        """The model of the world with more overrides, ``key=value`` texts that are applied last.

        ``beneath`` are changes of the geodata to which the scenario's own are applied, as sampled inputs are.
        """
        try:
            return Patch(self._following(*patched_world(self.checked, overrides, beneath)))
        except Unpatchable as why:
            return Patch(None, str(why))

    def with_demand(self, scenario: Scenario) -> Patch:
        """The model of the world with another settled demand, that of ``scenario``, which is the same but for it."""
        try:
            return Patch(self._following(*with_other_demand(self.checked, scenario)))
        except Unpatchable as why:
            return Patch(None, str(why))

    def _following(self, world: World, changed: Sequence[Changed]) -> Model:
        return _Following(self.model, world).made(changed)


@dataclass
class _Following:
    """What follows from changes, gathered effect by effect."""

    base: Model
    world: World
    parts: set[str] = field(default_factory=set)  # of the plan
    operations: dict[int, Operation] = field(default_factory=dict)
    timelines: set[str] = field(default_factory=set)
    fleets: set[str] = field(default_factory=set)
    demands: set[str] = field(default_factory=set)

    def made(self, changed: Sequence[Changed]) -> Model:
        """The model. Raises Unpatchable."""
        for one in changed:
            getattr(self, f"_{one.effect}")(one)
        base, world = self.base, self.world
        fleet, demands, operations = self._fleet(), self._demands(), list(base.operations)
        for k, operation in self.operations.items():
            operations[k] = operation
        layout = base.layout.like(world, operations, fleet, demands)
        if [ship.name for ship in fleet] != [ship.name for ship in base.ships]:
            layout = self._other_ships(layout)
        if any(op.since_s != base.operations[k].since_s for k, op in self.operations.items()):
            self.parts |= {"operations", "programs"}
        new_parts = {name: PARTS[name](layout) for name in self.parts}
        if (
            layout.op_index is not base.layout.op_index and "programs" not in self.parts
        ):  # the same steps, numbered anew
            op = np.array([o for program in layout.programs for o in program], np.int32)
            new_parts["programs"] = replace(base.plan.programs, op=op)
        plan = replace(base.plan, **new_parts) if new_parts else base.plan
        self.timelines = {name for name in self.timelines if name in layout.facility_index}
        new = layout.timelines(self.timelines)
        timelines = {name: new[name] if name in new else base.timelines[name] for name in layout.facility_names}
        known = {name: steps for name, steps in base.known_timelines.items() if name in timelines and name not in new}
        known |= known_timelines(world, new, base.end_s)
        model = replace(
            base,
            world=world,
            plan=plan,
            demands=demands,
            operations=layout.operations,
            timelines=timelines,
            ships=fleet,
            known_timelines=known,
            layout=layout,
        )
        model = replace(model, drawn_programs=self._drawn_programs(model))
        for problem in faults_of_patch(model, base, self._facilities(), self._flows()):
            raise Unpatchable(str(problem))
        return model

    # -- effects of fields

    def _reports(self, one: Changed) -> None:
        """Nothing of the model."""

    def _draws(self, one: Changed) -> None:
        """Read when it is drawn."""

    def _timeline(self, one: Changed) -> None:
        if one.table == "fleets":
            self.timelines |= {ship_facility(ship) for ship in self.base.ships if ship.fleet == one.row}
        else:
            self.timelines.add(one.row)

    def _stocks(self, one: Changed) -> None:
        if self.base.world.facilities[one.row].kind == "stock":
            self.parts.add("stocks")

    def _services(self, one: Changed) -> None:
        self.parts.add("services")

    def _calls(self, one: Changed) -> None:
        self.parts.add("calls")

    def _boarding(self, one: Changed) -> None:
        new = Itineraries(self.world, self.base.origin, self.base.end_s)
        for k, op in enumerate(self.base.operations):
            if op.boarding and op.boarding.service == one.row:
                made = new.boarding(op.of_flow, _leg(self.world, op))
                self._other_times(k, replace(op, variants=made.variants, boarding=made.boarding), new)

    def _ships(self, one: Changed) -> None:
        if one.table == "fleets":
            self.fleets.add(one.row)
        else:
            self._water(one)

    def _water(self, one: Changed) -> None:
        self.fleets |= {name for name, fleet in self.world.fleets.items() if fleet.draught}

    def _durations(self, one: Changed) -> None:
        row = self.world.processes[one.row]
        if row.action in ("gather", "reform"):
            raise Unpatchable(f"{one.key}: which shipments share trains depends on it")
        self._steps_of({one.row})

    def _strength(self, one: Changed) -> None:
        barrier = one.row.split(".")[0]
        rows = {name: row for name, row in self.world.processes.items() if row.barrier == barrier}
        passes = {row.facility for row in rows.values() if row.facility and border.is_pass(self.world, row)}
        self.timelines |= passes
        self._steps_of(set(rows))

    def _steps_of(self, rows: set[str]) -> None:
        new = Itineraries(self.world, self.base.origin, self.base.end_s)
        for k, op in enumerate(self.base.operations):
            if op.process in rows and op.variants:
                made = new.step(op.process, op.of_flow)
                if replace(made, variants=op.variants) != op:
                    raise Unpatchable(f"{op.key} becomes another step")
                self._other_times(k, made, new)

    def _section(self, one: Changed) -> None:
        new = Itineraries(self.world, self.base.origin, self.base.end_s)
        for k, op in enumerate(self.base.operations):
            if op.link == one.row and op.kind == Kind.PROCESS and op.key.startswith("section/"):
                made = new.section(_leg(self.world, op))
                if replace(made, variants=op.variants) != op:
                    raise Unpatchable(f"{op.key} becomes another step")
                self._other_times(k, made, new)

    def _demand(self, one: Changed) -> None:
        self.demands.add(one.row)
        self._charges(one)

    def _bans(self, one: Changed) -> None:
        if self.world.bans[one.row].standing:
            self.parts.add("queue_bans")
        else:
            self.demands |= set(self.world.bans[one.row].flows)

    def _choice(self, one: Changed) -> None:
        self.parts.add("choices")
        self._choices(one.row)

    def _charges(self, one: Changed) -> None:
        if one.table != "emissions":
            self._choices(one.row if one.table == "flows" else None)

    def _choices(self, flow: str | None) -> None:
        """Choices of a flow (None: of all) with the weights and costs of today."""
        new = Choices(Itineraries(self.world, self.base.origin, self.base.end_s))
        for k, op in enumerate(self.base.operations):
            if op.choosing is None or (flow is not None and op.of_flow != flow):
                continue
            row, old = self.world.flows[op.of_flow], op.choosing
            assert row.choice is not None
            ways = [(way, list(legs)) for way, legs in zip(old.ways, old.legs, strict=True)]
            money_s = new.money_s(op.of_flow, row, ways) if row.choice.money else ()
            shares = tuple(float(row.ways[way].share or 0) for way in old.ways)
            choosing = replace(old, choice=row.choice, shares=shares, money_s=money_s)
            self._other_times(k, replace(op, choosing=choosing), new.itineraries)

    def _other_times(self, number: int, operation: Operation, new: Itineraries) -> None:
        if new.problems:
            raise Unpatchable(str(new.problems[0]))
        if operation != self.base.operations[number]:
            self.operations[number] = operation

    # -- what is made of them

    def _fleet(self) -> list[Ship]:
        """The ships, those of other fleets the same objects."""
        base, found = self.base, []
        for name in sorted(self.world.fleets):
            own = [ship for ship in base.ships if ship.fleet == name]
            if name in self.fleets:
                new = ships(name, self.world, base.origin, base.end_s)
                own = own if new == own else new
            found += own
        if found != base.ships:
            self.parts.add("vessels")
        return found if "vessels" in self.parts else base.ships

    def _other_ships(self, layout: Layout) -> Layout:
        """Numbers with the legs of other ships, where each breaks down for itself; all of the plan is numbered anew."""
        names = ({ship.name for ship in self.base.ships}, {ship.name for ship in layout.fleet})
        gone = [ship for ship in self.base.ships if ship.name not in names[1]]
        before = {op.key for ship in gone for op in own_sailings(ship, self.base.world)}
        come = [ship for ship in layout.fleet if ship.name not in names[0]]
        after = [op for ship in come for op in own_sailings(ship, self.world)]
        if not before and not after:
            return layout
        self.parts |= set(PARTS) - {"programs"}
        known = self.base.layout.facility_index
        layout = layout.renumbered([*(op for op in layout.operations if op.key not in before), *after], layout.fleet)
        self.timelines |= {name for name in layout.facility_names if name not in known}
        return layout

    def _demands(self) -> list[Demand]:
        for name in self.demands - {d.name for d in self.base.demands}:
            if any(step.value > 0 for step in self.world.flows[name].quantity_per_year.steps):
                raise Unpatchable(f"{name} departs on other days")
        return [self._demand_of(d) if d.name in self.demands else d for d in self.base.demands]

    def _demand_of(self, old: Demand) -> Demand:
        base, world, name = self.base, self.world, old.name
        flow, bans = world.flows[name], loading_bans(world, name, base.origin)
        months = demand.months(flow, base.origin, base.end_s, begin_s(bans, base.end_s))
        if any(month.expected * flow.lots_together >= demand.MONTH_STRIDE / 2 for month in months):
            raise Unpatchable(f"flows.{name}.quantity_per_year: too many shipments")
        if not flow.woken_by:
            dates = network_dates(base.world, base.world.scenario.clock)
            before = days_with_departures(base.world, name, old.months, dates)
            if not months or days_with_departures(world, name, months, dates) != before:
                raise Unpatchable(f"{name} departs on other days")
        return replace(old, flow=flow, months=months, bans=bans, size=lot_size(world, flow))

    def _drawn_programs(self, model: Model) -> list[DrawnProgram]:
        """What is drawn for each program; those without a changed step are the same objects."""
        if not self.operations:
            return self.base.drawn_programs
        ptr, steps, found = self.base.plan.programs.ptr.tolist(), self.base.plan.programs.op.tolist(), []
        for p, old in enumerate(self.base.drawn_programs):
            own = self.operations.keys() & set(steps[ptr[p] : ptr[p + 1]])
            new = with_operations(old, [self.operations[o] for o in own]) if own else old
            numbers = range(ptr[p], ptr[p + 1])
            found.append(new or drawn_program(self.world, model.plan, model.operations, numbers))
        return found

    def _facilities(self) -> set[str]:
        """Facilities with another capacity in time, or with other work."""
        needed = {need.facility for op in self.operations.values() for need in op.needs if need.facility}
        return self.timelines | needed

    def _flows(self) -> set[str]:
        """Flows whose shipments may now be too heavy for the water."""
        drawing = any(self.world.fleets[name].draught for name in self.world.fleets)
        return {d.name for d in self.base.demands} if self.fleets and drawing else self.demands


def _leg(world: World, op: Operation) -> Leg:
    assert op.link is not None
    assert op.from_node is not None
    return Leg(op.link, op.from_node, op.node, world.links[op.link].mode)
