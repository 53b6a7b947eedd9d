"""What a replication takes over from the same one of a model of which its own is a patch: nothing of it is drawn again."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from sim.contract.draws import Draws
from sim.contract.plan import Plan
from sim.model.demand import Lots
from sim.model.layout import NO_WAY, Demand, Timeline
from sim.model.lot_draws import fill, programs_of
from sim.model.programs import DrawnProgram, parts_that_differ
from sim.model.streams import Streams
from sim.model.vessels import Ship
from sim.network.tables import Service
from sim.network.world import World


class Built(Protocol):
    """What is asked of the two models; ``sim.model.draws.Model`` is one."""

    @property
    def world(self) -> World: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def demands(self) -> list[Demand]: ...
    @property
    def timelines(self) -> dict[str, Timeline]: ...
    @property
    def ships(self) -> list[Ship]: ...
    @property
    def drawn_programs(self) -> list[DrawnProgram]: ...


class Before(Protocol):
    """What was drawn of the other model; ``sim.model.draws.Drawn`` is one."""

    @property
    def model(self) -> Built: ...
    @property
    def draws(self) -> Draws: ...
    @property
    def lots(self) -> list[Lots]: ...
    @property
    def first_lot(self) -> list[int]: ...


def durations_like(model: Built, streams: Streams, like: Before) -> dict[str, np.ndarray]:
    """Durations of the same lots as before; what has changed of their programs is drawn again."""
    programs = [parts_that_differ(*pair) for pair in zip(model.drawn_programs, like.model.drawn_programs, strict=True)]
    hold_s, move_s = like.draws.hold_s, like.draws.move_s
    if not any(programs):
        return {"hold_s": hold_s, "move_s": move_s}
    hold_s, move_s = hold_s.copy(), move_s.copy()
    for index, (d, lots) in enumerate(zip(model.demands, like.lots, strict=True)):
        if any(programs[p] for p in programs_of(d)):
            here = slice(like.first_lot[index], like.first_lot[index + 1])
            program, first_slot = like.draws.lot_program[here], like.draws.lot_draw[here]
            fill(model.drawn_programs, programs, streams, d, lots, program, first_slot, (hold_s, move_s))
    return {"hold_s": hold_s, "move_s": move_s}


def taken_over(
    model: Built, like: Before, index: int, first_slot: np.ndarray, hold_s: np.ndarray, move_s: np.ndarray
) -> bool:
    """Copy the durations of a flow's lots if nothing of them has changed; whether that was so."""
    d = model.demands[index]
    if d is not like.model.demands[index]:
        return False
    if any(model.drawn_programs[p] is not like.model.drawn_programs[p] for p in programs_of(d)):
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


def same_timelines(model: Built, other: Built) -> set[str]:
    """Facilities whose capacity in time is the same in every replication of the two."""
    stormy = {
        facility
        for sea, row in model.world.weather.items()
        if row != other.world.weather[sea]
        for facility in row.closes
    }
    mine, theirs = model.timelines, other.timelines
    return {name for name in model.plan.facilities.name if mine[name] is theirs.get(name) and name not in stormy}


def same_ships(model: Built, other: Built) -> dict[str, int]:
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
