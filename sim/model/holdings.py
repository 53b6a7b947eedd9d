"""What a program takes must be given back on the way, in the same units, and is taken once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sim.contract.plan import Kind
from sim.model.operations import Need, Operation
from sim.network.tables import LOAD_UNITS, Flow
from sim.network.world import World


def need_of(world: World, facility: str | None, units: int | str) -> Need:
    """What a row asks for: so many units, or room for the load in the unit of the facility."""
    if facility is None:
        return Need(None)
    if units != "load":
        return Need(facility, int(units))
    unit = world.facilities[facility].unit
    if unit == "each":
        return Need(facility, 1)
    return Need(facility, 0, LOAD_UNITS.index(unit))


def held_as(world: World, facility: str) -> str:
    """Under which name a facility is held: its own, or ``pool NAME`` for equipment that may be returned elsewhere."""
    pool = world.facilities[facility].pool
    return facility if pool is None else f"pool {pool}"


def taken_once(world: World, flow: Flow, steps: list[Operation]) -> list[Operation]:
    """The steps without those that ask for what the mover holds already: room taken ahead, or its own wagons."""
    held = {held_as(world, flow.woken_by)} if flow.woken_by else set()
    result = []
    for step in steps:
        facility = step.needs[0].facility
        if facility and step.kind == Kind.ACQUIRE:
            if held_as(world, facility) in held:
                continue
            held.add(held_as(world, facility))
        elif facility and step.kind == Kind.RELEASE:
            held.discard(held_as(world, facility))
        elif step.kind == Kind.BOARD:  # loading gives back what was taken in the port
            held -= {f for f, row in world.facilities.items() if row.node == step.from_node}
        result.append(step)
    return result


@dataclass(frozen=True)
class _Held:
    """What a mover holds of a facility: which operation took it, what it took, and whether for a whole train."""

    by: str
    need: Need
    in_train: bool

    def otherwise(self, back: _Held) -> str | None:
        """In which way what is given back is not what was taken; None if it is. Loads of lots add up to a train's."""
        took, gives = self._said(), back._said()
        if took != gives:
            return f"'{self.by}' takes {took}, '{back.by}' gives back {gives}"
        if self.need.units and self.in_train != back.in_train:
            who = ("a train", "each shipment") if self.in_train else ("each shipment", "a train")
            return f"'{self.by}' takes {took} for {who[0]}, '{back.by}' gives back {gives} for {who[1]}"
        return None

    def _said(self) -> str:
        return f"{self.need.units}" if self.need.units else f"the load in {LOAD_UNITS[self.need.measure]}"


@dataclass(frozen=True)
class Holdings:
    """Follows what is held along a program; ``problem(table, row, field, message)`` notes a fault."""

    world: World
    keep: Callable[[Operation], Operation]
    problem: Callable[[str, str, str | None, str], None]

    def check(self, name: str, flow: Flow, steps: list[Operation]) -> list[Operation]:
        """The steps, with each boarding naming the room in its port that loading gives back; problems are collected."""
        held: dict[str, _Held] = {}  # facility, or "pool NAME" for things that may be returned elsewhere
        if flow.woken_by:
            need = need_of(self.world, flow.woken_by, "load")
            held[held_as(self.world, flow.woken_by)] = _Held(f"stock {flow.woken_by}", need, False)
        result, in_train = [], False
        for step in steps:
            in_train = step.kind == Kind.GATHER or (in_train and step.kind != Kind.SPLIT)
            facility = step.needs[0].facility
            if step.kind == Kind.ACQUIRE and facility:
                held[held_as(self.world, facility)] = _Held(step.key, step.needs[0], in_train)
            elif step.kind == Kind.RELEASE and facility:
                taken_by = held.pop(held_as(self.world, facility), None)
                if taken_by is None:
                    self.problem(
                        "processes",
                        step.key.removeprefix("process/"),
                        "action",
                        f"releases '{facility}', which shipments of '{name}' do not hold here",
                    )
                elif told := taken_by.otherwise(_Held(step.key, step.needs[0], in_train)):
                    self.problem(
                        "processes",
                        step.key.removeprefix("process/"),
                        "units",
                        f"'{facility}' gets back other units than flow '{name}' took: {told}",
                    )
            elif step.boarding:
                rotation = self.world.services[step.boarding.service].rotation
                boards, lands = step.boarding.voyages[0]
                port = rotation[boards].port
                given_back = [f for f in held if f in self.world.facilities and self.world.facilities[f].node == port]
                for facility in given_back:
                    taken_by, back = held.pop(facility), need_of(self.world, facility, "load")
                    told = taken_by.otherwise(_Held("loading", back, in_train))
                    if told and taken_by.by.startswith("process/"):
                        row = taken_by.by.removeprefix("process/")
                        message = f"'{facility}' gets back other units than flow '{name}' took: {told}"
                        self.problem("processes", row, "units", message)
                room = tuple(need_of(self.world, facility, "load") for facility in given_back)
                step = self.keep(replace(step, needs=step.needs + room, key="/".join([step.key, *given_back])))
                taken = rotation[lands].yard
                if taken is not None:
                    held[taken] = _Held(step.key, need_of(self.world, taken, "load"), False)
            result.append(step)
        for facility, taken_by in held.items():
            self.problem(
                "flows",
                name,
                None,
                f"its shipments take room in '{facility}' ({taken_by.by}) and never give"
                " it back; add a process with 'action: release' (loading gives back what was taken"
                " in its port)",
            )
        return result
