"""Finds movers that wait for what can never come, and says who waits for whom.

Everything that will certainly move again is marked live; what is left over is stuck. Doubtful cases
count as live, so an alarm is never false: a facility is live while its capacity still changes, while
somebody works in it, or while one of its holders is live; and whoever waits for more cargo (a train that
forms, a vessel that fills) is live, since lots after the end of the run are not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.clock import format_duration
from sim.contract.plan import Kind
from sim.contract.reading import operation_names
from sim.engine.reference.facility import Work
from sim.engine.reference.state import State
from sim.engine.reference.vessel import Vessel
from sim.errors import DeadlockError

NAMED = 8  # as many stuck movers are named


def refuse_deadlock(state: State, vessels: Sequence[Vessel]) -> None:
    """Raise ``DeadlockError`` if lots on their way can never move again."""
    stuck = _Search(state, vessels).stuck()
    if not stuck:
        return
    lines = [_sentence(state, mover) for mover in stuck[:NAMED]]
    more = f"; and {len(stuck) - NAMED} more" if len(stuck) > NAMED else ""
    raise DeadlockError(f"deadlock after {format_duration(state.calendar.now)}: " + "; ".join(lines) + more)


class _Search:
    """One look at the state of a simulation."""

    def __init__(self, state: State, vessels: Sequence[Vessel]) -> None:
        self.state = state
        self.lots = list(state.alive.values())
        trains = {id(m.waits): m.waits for m in self.lots if hasattr(m.waits, "members")}
        self.movers = self.lots + list(trains.values())
        self.vessels = vessels
        self.live: set[int] = set()
        self.holders: dict[int, list[Any]] = {}
        held_units: dict[int, int] = {}
        for owner in [*self.movers, *self.vessels]:
            for facility, units in _holds(state, owner):
                self.holders.setdefault(facility, []).append(owner)
                held_units[facility] = held_units.get(facility, 0) + units
        self.facility_live = [
            f.stock or f.timeline_at + 1 < len(f.timeline) or f.used > held_units.get(f.index, 0)
            for f in state.facilities.items
        ]

    def stuck(self) -> list[Any]:
        """Lots and trains that wait and are not live, in order of their identifier."""
        changed = True
        while changed:
            changed = False
            for owner in [*self.movers, *self.vessels]:
                if id(owner) not in self.live and self._is_live(owner):
                    self.live.add(id(owner))
                    changed = True
            for facility, live in enumerate(self.facility_live):
                if not live and any(id(h) in self.live for h in self.holders.get(facility, ())):
                    self.facility_live[facility] = changed = True
        dead = [m for m in self.movers if id(m) not in self.live and not hasattr(m.waits, "members")]
        return sorted(dead, key=lambda m: (m.ident, m.train))

    def _is_live(self, owner: Any) -> bool:
        waits = owner.waits
        if isinstance(waits, Work):
            return all(self.facility_live[f.index] for _, f, _ in waits.claims())
        if isinstance(waits, int):
            return self._group_is_live(waits)
        # a lot in a train or being loaded fares as its carrier; whoever waits for nothing is at work
        return waits is None or id(waits) in self.live

    def _group_is_live(self, op: int) -> bool:
        if self.state.plan.operations.kind[op] == Kind.GATHER:
            return True
        service = int(self.state.plan.boardings.service[op])
        return any(v.service == service and id(v) in self.live for v in self.vessels)


def _holds(state: State, owner: Any) -> list[tuple[int, int]]:
    """(facility, units) that an owner holds while it may be waiting."""
    if hasattr(owner, "at_berth"):
        claims = owner.at_berth.claims() if owner.at_berth is not None else []
        return [(facility.index, units) for _, facility, units in claims]
    claims = owner.kept.claims() if owner.kept is not None else []
    holds = [(facility.index, units) for _, facility, units in claims]
    holds += [(facility, state.load(owner.size, need)) for facility, need in owner.held.items()]
    return holds


def _sentence(state: State, mover: Any) -> str:
    plan = state.plan
    flow = plan.flow_name[state.draws.lot_flow[mover.ident]]
    name = f"{'train of' if mover.members else 'shipment'} {flow} #{int(state.draws.lot_ordinal[mover.ident])}"
    holds = ", ".join(f"{units} of {plan.facilities.name[f]}" for f, units in _holds(state, mover))
    waits = mover.waits
    if isinstance(waits, Work):
        what = ", ".join(
            f"{units} of {facility.name} (capacity {facility.capacity}, in use {facility.used})"
            for _, facility, units in waits.claims()
        )
    elif isinstance(waits, int):
        what = operation_names(plan)[waits]
    else:
        what = "a vessel that cannot move"
    return f"{name} {'holds ' + holds + ' and ' if holds else ''}waits for {what}"
