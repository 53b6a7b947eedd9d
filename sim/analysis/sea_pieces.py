"""Time with a service, piece by piece: waiting for a ship, aboard in port, at sea, until landed.

A lot takes part in everything its ship does between its loading and its landing, calls on the way
included. Closings count while it waits for a ship (the port's entry and its cranes), while its ship waits (berth
and entry), and, aboard, whenever the ship's cranes are closed or stopped. A ship that cannot discharge, because
the yard is full or the cranes are taken, stands for all aboard.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from sim.analysis.pieces import I64, Pieces, cut_at, join
from sim.analysis.places import Places
from sim.analysis.ship_stops import blocked_discharge, loading_asked_s, stopped_work
from sim.contract.draws import Draws
from sim.contract.plan import I32, Cause, Plan
from sim.contract.reading import need_rows, yard_needs
from sim.contract.spells import Spells, find, pack
from sim.contract.trace import CALL, Trace

#: A call's moments in their order, then the arrival at the next call.
MOMENTS = (*CALL[CALL.index("arrive") : CALL.index("left") + 1], "next_arrive")


def sea_pieces(plan: Plan, draws: Draws, trace: Trace, places: Places, closed: Spells, boarding: I64) -> list[Pieces]:
    """Pieces of the boarding steps ``boarding`` (trace rows), from joining the queue to the landing."""
    board = boards_of(trace, boarding)
    blocked, waited_for = blocked_discharge(plan, draws, trace)
    voyage = _Voyages(plan, trace, places, boarding[board >= 0], board[board >= 0])
    others = cut_at(voyage.discharging(), "vessel", blocked, waited_for, places, Cause.CAPACITY)
    queueing = _queueing(plan, draws, trace, places, boarding, board)
    pieces = [join([*queueing, *voyage.first_port(), *voyage.later_ports(), *others])]
    for column in ("facility", "also"):
        pieces = cut_at(pieces, column, closed, closed.key, places)
    stop, facility = stopped_work(plan, draws, trace)
    return cut_at(pieces, "vessel", stop, facility, places)


def boards_of(trace: Trace, boarding: I64) -> I64:
    """[n] the row of ``trace.boards`` of each boarding step, -1 while no ship has begun to take the lot."""
    # by time first: rows and boards are nearly in that order, which makes the search quick
    known = pack(trace.column("boards", "queued"), trace.column("boards", "lot"))
    return find(known, pack(trace.column("rows", "request")[boarding], trace.column("rows", "mover")[boarding]))


def moments_of_calls(trace: Trace) -> I64:
    """[n_call, len(MOMENTS)] seconds; what has not happened yet happens at the stop of the run."""
    vessel, call = trace.column("calls", "vessel"), trace.column("calls", "call")
    table = np.full((len(vessel), len(MOMENTS)), -1, np.int64)
    for k, name in enumerate(MOMENTS[:-1]):
        table[:, k] = trace.column("calls", name)
    following = call_rows(trace, vessel, call + 1)
    table[:, -1] = np.where(following >= 0, trace.column("calls", "arrive")[following], -1)
    table[table < 0] = trace.stopped_s
    # a moment left out (a port without an entry) coincides with the next one
    return np.minimum.accumulate(table[:, ::-1], axis=1)[:, ::-1]


def call_rows(trace: Trace, vessel: Any, call: Any) -> I64:
    """Rows of ``trace.calls`` for pairs (vessel, call number), -1 where there is none."""
    known_vessel, known_call = trace.column("calls", "vessel"), trace.column("calls", "call")
    n_vessel = int(max(known_vessel.max(initial=-1), np.max(vessel, initial=-1))) + 1
    n_call = int(known_call.max(initial=-1)) + 1
    table = np.full((n_vessel, n_call + 1), -1, np.int64)  # behind a vessel's calls, where -1 looks too, is none
    table[known_vessel, known_call] = np.arange(len(known_vessel))
    return table[vessel, np.clip(call, -1, n_call)]


def _queueing(
    plan: Plan, draws: Draws, trace: Trace, places: Places, boarding: I64, board: I64
) -> tuple[Pieces, Pieces]:
    """From joining the queue until a ship takes the lot, and until the cranes that load it are there."""
    request = trace.column("rows", "request")[boarding].astype(np.int64)
    start = trace.column("rows", "start")[boarding].astype(np.int64)
    start = np.where(start < 0, trace.stopped_s, start)
    asked = np.append(loading_asked_s(plan, draws, trace), -1)[board]  # -1, not taken by a ship, finds the last
    taken = np.where(asked < 0, start, np.clip(asked, request, start))
    op = plan.needs.op[trace.column("rows", "need")[boarding]]
    call = plan.boardings.call_from[plan.boardings.ptr[op]]
    entry, cranes = _facility(plan, plan.calls.entry_need[call]), _facility(plan, plan.calls.load_need[call])
    node = plan.calls.node[call]
    for_ship = Pieces.make(
        boarding,
        request,
        taken,
        cause=Cause.VESSEL,
        place=places.service(plan.boardings.service[op]),
        node=node,
        facility=entry,
        also=cranes,
    )
    for_cranes = Pieces.make(
        boarding, taken, start, cause=Cause.CAPACITY, place=places.facility(cranes), node=node, facility=cranes
    )
    return for_ship, for_cranes


class _Voyages:
    """Lots aboard: one entry for each boarding, with the calls its ship makes while it is aboard."""

    def __init__(self, plan: Plan, trace: Trace, places: Places, rows: I64, board: I64) -> None:
        self.plan, self.trace, self.places, self.rows = plan, trace, places, rows
        self.board = {
            c: trace.column("boards", c)[board].astype(np.int64) for c in ("lot", "vessel", "call_from", "call_to")
        }
        self.moments = moments_of_calls(trace)
        self.port = trace.column("calls", "port").astype(np.int64)
        times = [
            trace.column("boards", c)[board].astype(np.int64)
            for c in ("load_start", "load_end", "discharge_request", "discharge_start", "landed")
        ]
        times.insert(3, self._yard_granted(times[2]))
        for k in range(len(times) - 1, -1, -1):  # what was left out coincides with the next one
            times[k] = np.where(times[k] < 0, trace.stopped_s, times[k])
            times[k] = np.minimum(times[k], times[min(k + 1, len(times) - 1)])
        self.load_start, self.load_end, self.asked, self.room, self.lifted, self.landed = times

    def first_port(self) -> list[Pieces]:
        """Loading, then everything until the ship arrives at its next call."""
        each = np.arange(len(self.rows))
        call = call_rows(self.trace, self.board["vessel"], self.board["call_from"])
        load = self.plan.calls.load_need[self.port[call]]
        return [self._own(each, self.load_start, self.load_end, load), *self._leaving(each, call, self.load_end)]

    def later_ports(self) -> list[Pieces]:
        """Calls on the way, and the one at which the lot lands, but for the discharge of others."""
        each, call, lands = self._later_calls
        on, off = np.flatnonzero(~lands), np.flatnonzero(lands)
        return [
            *self._arriving(each, call),
            *self._leaving(each[on], call[on], self._at(call[on], "discharged")),
            *self._landing(each[off], call[off]),
        ]

    def discharging(self) -> list[Pieces]:
        """The discharge of others: before that of the lot itself, or at calls on the way."""
        each, call, lands = self._later_calls
        until = np.where(lands, self.asked[each], self._at(call, "discharged"))
        return [self._own(each, self._at(call, "moored"), until, self.plan.calls.discharge_need[self.port[call]])]

    @cached_property
    def _later_calls(self) -> tuple[I64, I64, np.ndarray]:
        """One entry for each lot and call after that of its loading: lot, row of the call, whether it lands there."""
        count = np.maximum(self._last_call() - self.board["call_from"], 0)
        each = np.repeat(np.arange(len(self.rows)), count)
        nth = np.arange(len(each)) - np.repeat(np.cumsum(count) - count, count)
        number = self.board["call_from"][each] + 1 + nth
        call = call_rows(self.trace, self.board["vessel"][each], number)
        return each, call, number == self.board["call_to"][each]

    def _arriving(self, each: I64, call: I64) -> list[Pieces]:
        plan, port = self.plan, self.port[call]
        berth, entry = plan.calls.berth_need[port], plan.calls.entry_need[port]
        arrive, berthed, begin, entered, moored = (
            self._at(call, m) for m in ("arrive", "berthed", "entry_start", "entered", "moored")
        )
        return [
            self._wait(each, call, arrive, berthed, berth, entry),
            self._wait(each, call, berthed, begin, entry),
            self._own(each, begin, entered, entry),
            self._own(each, entered, moored, plan.calls.moor_need[port]),
        ]

    def _leaving(self, each: I64, call: I64, since: I64) -> list[Pieces]:
        plan, port = self.plan, self.port[call]
        closed, begin, left, ahead = (self._at(call, m) for m in ("closed", "exit_start", "left", "next_arrive"))
        service = plan.vessels.service[self.board["vessel"][each]]
        until_full = Pieces.make(
            self.rows[each],
            since,
            closed,
            cause=Cause.VESSEL,
            place=self.places.service(service),
            node=plan.calls.node[port],
            also=_facility(plan, plan.calls.load_need[port]),
            vessel=self.board["vessel"][each],
        )
        way_out = plan.calls.exit_need[port]
        return [
            until_full,
            self._wait(each, call, closed, begin, way_out),
            self._own(each, begin, left, way_out),
            self._own(each, left, ahead, plan.calls.sail_need[port], self._fit_to_sail(each, port)),
        ]

    def _fit_to_sail(self, each: I64, port: I64) -> I64:
        """The facility that is the ship itself, where it breaks down: mended before it sails, or at sea."""
        plan, vessel = self.plan, self.board["vessel"][each]
        if not len(plan.vessels.sail_need):
            return np.full(len(each), -1, np.int64)
        leg = port - plan.services.call_ptr[plan.vessels.service[vessel]]
        return _facility(plan, plan.vessels.sail_need[plan.vessels.sail_ptr[vessel] + leg])

    def _landing(self, each: I64, call: I64) -> list[Pieces]:
        port = self.port[call]
        yard, crane = self.plan.calls.yard_need[port], self.plan.calls.discharge_need[port]
        room = np.where(yard >= 0, self.room[each], self.asked[each])
        return [
            self._wait(each, call, self.asked[each], room, yard),
            self._wait(each, call, room, self.lifted[each], crane),
            self._own(each, self.lifted[each], self.landed[each], crane),
        ]

    def _own(self, each: I64, from_s: I64, to_s: I64, need: I32, also: I64 | int = -1) -> Pieces:
        """The ship's own work, under the cause and label of its operation; while ``also`` is closed, it stands."""
        plan, op = self.plan, self.plan.needs.op[need]
        return Pieces.make(
            self.rows[each],
            from_s,
            to_s,
            cause=plan.operations.cause[op],
            place=self.places.label(op),
            node=plan.operations.node[op],
            link=plan.operations.link[op],
            also=also,
            vessel=self.board["vessel"][each],
        )

    def _wait(self, each: I64, call: I64, from_s: I64, to_s: I64, need: I32, also: I32 | None = None) -> Pieces:
        """Waiting for a facility; the closing of ``also`` explains it too."""
        facility = _facility(self.plan, need)
        return Pieces.make(
            self.rows[each],
            from_s,
            to_s,
            cause=Cause.CAPACITY,
            place=self.places.facility(facility),
            node=self.plan.calls.node[self.port[call]],
            facility=facility,
            also=-1 if also is None else _facility(self.plan, also),
            vessel=self.board["vessel"][each],
        )

    def _at(self, call: I64, moment: str) -> I64:
        return self.moments[call, MOMENTS.index(moment)]

    def _last_call(self) -> I64:
        """The call of landing; for lots still aboard the ship's last call so far."""
        latest = np.full(len(self.plan.vessels.name), -1, np.int64)
        np.maximum.at(latest, self.trace.column("calls", "vessel"), self.trace.column("calls", "call"))
        return np.where(self.board["call_to"] >= 0, self.board["call_to"], latest[self.board["vessel"]])

    def _yard_granted(self, asked: I64) -> I64:
        """When the yard had room for each lot; -1 where none was needed or none has come."""
        rows = need_rows(self.trace, yard_needs(self.plan))
        rows = rows[self.trace.column("rows", "units")[rows] >= 0]
        if len(rows) == 0:
            return np.full(len(asked), -1, np.int64)
        known = pack(self.trace.column("rows", "request")[rows], self.trace.column("rows", "mover")[rows])
        at = find(known, pack(asked, self.board["lot"]))
        return np.where(at >= 0, self.trace.column("rows", "start")[rows[at]], -1).astype(np.int64)


def _facility(plan: Plan, need: I32) -> I64:
    """The facility of each need; -1 for no need."""
    return np.where(need >= 0, plan.needs.facility[need], -1).astype(np.int64)
