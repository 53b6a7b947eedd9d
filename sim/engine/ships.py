"""Vessels of the reference engine: berth, discharge, load, wait for the window, sail, and again.

A vessel takes a berth, passes the port's entry, moors, discharges lot by lot, loads until its rule
says leave, passes the entry outward (the berth comes free then) and sails to its next call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.clock import NEVER_S
from sim.engine.calendar import ARRIVAL, DEADLINE, key
from sim.engine.facility import Work
from sim.engine.recorder import END, RELEASE, START
from sim.engine.trace import BOARD, CALL
from sim.errors import DrawsExhausted

if TYPE_CHECKING:
    from sim.engine.reference import Mover, Simulation

_CALL = {name: k for k, name in enumerate(CALL)}
_BOARD = {name: k for k, name in enumerate(BOARD)}
#: Order of a vessel's own steps within an instant.
_SET_OUT, _BERTH, _ENTER, _MOOR, _DISCHARGE, _LOAD, _LEAVE, _SAIL, _DEADLINE_STEP = range(9)


class Vessel:
    """One ship's state."""

    __slots__ = ("aboard", "at_berth", "call", "call_row", "calls", "closing", "ident", "index", "limits", "loading",
                 "open_for_lots", "room_taken", "service", "waits")  # fmt: skip

    def __init__(self, index: int, ident: int, service: int, call: int, limits: list[int]) -> None:
        self.index, self.ident, self.service, self.call, self.limits = index, ident, service, call, limits
        self.calls = 0  # calls made before the present one
        self.aboard: list[tuple[Mover, int, int]] = []  # lot, its BOARD operation, offset of its board row
        self.room_taken = [0] * len(limits)
        self.at_berth: Work | None = None
        self.call_row = -1
        self.open_for_lots = self.loading = self.closing = False
        self.waits: Any = None


class Ships:
    """All vessels, and the lots that wait for them at each call."""

    def __init__(self, simulation: Simulation) -> None:
        plan = simulation.plan
        self.sim, self.plan, self.luck = simulation, plan, simulation.luck
        n_lot = self.luck.n_lot
        self.vessels = [
            Vessel(v, n_lot + v, int(service), int(call), limits.tolist())
            for v, (service, call, limits) in enumerate(
                zip(plan.vessel_service, plan.vessel_first_call, plan.vessel_limit, strict=True))
        ]
        self.queues: dict[int, list[tuple[Mover, int]]] = {}  # call -> lots and their BOARD operations
        self.at_call: dict[int, list[Vessel]] = {}  # vessels open for lots, in order of opening
        self.voyage_ptr = self.luck.voyage_ptr.tolist()

    def set_out(self) -> None:
        """Put every vessel into the calendar at the start of its service."""
        for v in self.vessels:
            self.sim.calendar.at(int(self.plan.vessel_start_s[v.index]), key(ARRIVAL, v.ident, _SET_OUT),
                                 lambda event: self._arrive(event._value), v)  # fmt: skip

    def join_queue(self, lot: Mover, op: int) -> None:
        """A lot begins to wait at its boarding call; an open vessel may take it at once."""
        lot.row = self.sim.record.open_row(lot.ident, -1, self.sim.needs[op][0], 0, self.sim.calendar.now)
        lot.waits = op
        call = int(self.plan.board_from[op])
        queue = self.queues.setdefault(call, [])
        behind = len(queue)
        while behind and queue[behind - 1][0].priority > lot.priority:
            behind -= 1
        queue.insert(behind, (lot, op))
        for vessel in list(self.at_call.get(call, ())):
            self._load_next(vessel)

    # -- coming in

    def _stamp(self, vessel: Vessel, column: str) -> None:
        self.sim.record.calls[vessel.call_row + _CALL[column]] = self.sim.calendar.now

    def _work(self, vessel: Vessel, need: int, step: int, units: int, started: Any, ended: Any) -> Work:
        row = self.sim.record.open_row(vessel.ident, -1, need, units, self.sim.calendar.now)
        return Work(vessel, vessel.ident, 0, int(self.plan.need_op[need]), step, (need, need + 1), (units,), row,
                    started, ended)  # fmt: skip

    def _ask(self, vessel: Vessel, work: Work, hold_s: int = 0) -> None:
        """Request; ``started`` runs now or when the units are granted."""
        if self.sim.facilities.request(work, hold_s):
            work.started(work)
        else:
            vessel.waits = work

    def _timed(self, vessel: Vessel, need: int, step: int, seconds: int, begun: Any, then: Any) -> None:
        """A step of the vessel's own that takes ``seconds`` once the need is granted."""

        def started(work: Work) -> None:
            vessel.waits = None
            if begun is not None:
                begun(vessel)
            self.sim.run_work(work, seconds, seconds)

        units = self.sim.need_units[need]
        self._ask(vessel, self._work(vessel, need, step, units, started, lambda _: then(vessel)), seconds)

    def _arrive(self, vessel: Vessel) -> None:
        vessel.call_row = len(self.sim.record.calls)
        self.sim.record.calls.extend((vessel.index, vessel.calls, vessel.call, self.sim.calendar.now,
                                      -1, -1, -1, -1, -1, -1, -1, -1, 0, 0))  # fmt: skip
        need = int(self.plan.call_berth_need[vessel.call])
        self._ask(vessel, self._work(vessel, need, _BERTH, self.sim.need_units[need], self._berthed, None))

    def _berthed(self, work: Work) -> None:
        vessel: Vessel = work.owner
        vessel.waits, vessel.at_berth = None, work
        self.sim.record.rows[work.row + START] = self.sim.calendar.now
        self._stamp(vessel, "berthed")
        need = int(self.plan.call_entry_need[vessel.call])
        if need < 0:
            self._stamp(vessel, "entry_start")
            self._entered(vessel)
        else:
            seconds = int(self.plan.call_entry_s[vessel.call])
            self._timed(vessel, need, _ENTER, seconds, lambda v: self._stamp(v, "entry_start"), self._entered)

    def _entered(self, vessel: Vessel) -> None:
        self._stamp(vessel, "entered")
        seconds = self._drawn(self.luck.moor_s, vessel)
        self._timed(vessel, int(self.plan.call_moor_need[vessel.call]), _MOOR, seconds, None, self._moored)

    def _moored(self, vessel: Vessel) -> None:
        self._stamp(vessel, "moored")
        self._discharge_next(vessel)

    def _drawn(self, block: Any, vessel: Vessel) -> int:
        at = self.voyage_ptr[vessel.index] + vessel.calls
        if at >= self.voyage_ptr[vessel.index + 1]:
            raise DrawsExhausted(f"vessel {self.plan.vessel_name[vessel.index]} made more calls than were drawn")
        return int(block[at])

    # -- discharging

    def _discharge_next(self, vessel: Vessel) -> None:
        due = next((x for x in vessel.aboard if int(self.plan.board_to[x[1]]) == vessel.call), None)
        if due is None:
            return self._discharged(vessel)
        lot, op, board = due
        self.sim.record.boards[board + _BOARD["discharge_request"]] = self.sim.calendar.now
        self.sim.record.boards[board + _BOARD["call_to"]] = vessel.calls
        need = int(self.plan.call_yard_need[vessel.call])
        if need < 0:
            return self._lift_out(vessel, due)
        units = self.sim.load(lot.size, need)
        row = self.sim.record.open_row(lot.ident, -1, need, units, self.sim.calendar.now)

        def room(work: Work) -> None:
            vessel.waits = None
            for column in (START, END, RELEASE):
                self.sim.record.rows[work.row + column] = self.sim.calendar.now
            lot.held[self.sim.need_facility[need]] = need
            self._lift_out(vessel, due)

        self._ask(vessel, Work(vessel, vessel.ident, 0, op, _DISCHARGE, (need, need + 1), (units,), row, room, None))

    def _lift_out(self, vessel: Vessel, due: tuple[Mover, int, int]) -> None:
        lot, op, board = due
        record = self.sim.record

        def landed(_: Vessel) -> None:
            now = self.sim.calendar.now
            record.boards[board + _BOARD["landed"]] = now
            record.rows[lot.row + END] = record.rows[lot.row + RELEASE] = now
            record.calls[vessel.call_row + _CALL["lots_landed"]] += 1
            vessel.aboard.remove(due)
            vessel.room_taken = [a - b for a, b in zip(vessel.room_taken, lot.size, strict=True)]
            lot.step += 1
            lot.waits = None
            self.sim.calendar.soon(self.sim.proceed, lot)
            self.sim.calendar.soon(self._discharge_next, vessel)

        def begun(_: Vessel) -> None:
            record.boards[board + _BOARD["discharge_start"]] = self.sim.calendar.now

        _, seconds = self.sim.durations(lot.ident, op, lot.step)
        self._timed(vessel, int(self.plan.call_discharge_need[vessel.call]), _DISCHARGE, seconds, begun, landed)

    def _discharged(self, vessel: Vessel) -> None:
        self._stamp(vessel, "discharged")
        now, call = self.sim.calendar.now, vessel.call
        vessel.closing = False
        if now >= int(self.plan.vessel_end_s[vessel.index]) and not vessel.aboard:
            return self._close(vessel)  # withdrawn: leaves empty and does not come back
        if self.plan.call_timetable[call]:
            first, every = int(self.plan.call_first_s[call]), int(self.plan.call_every_s[call])
            leave_s = first + max(0, -((first - now) // every)) * every
        else:
            wait_s = int(self.plan.call_longest_wait_s[call])
            leave_s = now + wait_s if wait_s < NEVER_S else NEVER_S
        leave_s = min(leave_s, self._before_closing(call, now))
        vessel.open_for_lots = True
        self.at_call.setdefault(vessel.call, []).append(vessel)
        if leave_s < NEVER_S:
            self.sim.calendar.at(leave_s, key(DEADLINE, vessel.ident, _DEADLINE_STEP), self._deadline,
                                 (vessel, vessel.calls))  # fmt: skip
        self._load_next(vessel)

    def _before_closing(self, call: int, now: int) -> int:
        """When a vessel that knows of the entry's next closing ends loading; never, without a forecast."""
        margin_s, need = int(self.plan.call_before_closing_s[call]), int(self.plan.call_exit_need[call])
        if margin_s < 0 or need < 0:
            return NEVER_S
        entry = self.sim.facilities.items[self.sim.need_facility[need]]
        closes_s = next((t for t, c in entry.timeline[entry.timeline_at + 1 :] if c == 0), NEVER_S)
        return max(now, closes_s - margin_s) if entry.capacity and closes_s < NEVER_S else NEVER_S

    # -- loading and leaving

    def _deadline(self, event: Any) -> None:
        vessel, calls = event._value
        if vessel.calls == calls and vessel.open_for_lots:
            vessel.closing = True
            if not vessel.loading:
                self._close(vessel)

    def _fits(self, vessel: Vessel, lot: Mover) -> bool:
        return all(limit < 0 or taken + size <= limit
                   for limit, taken, size in zip(vessel.limits, vessel.room_taken, lot.size, strict=True))  # fmt: skip

    def _filled(self, vessel: Vessel) -> bool:
        permille = int(self.plan.call_fill_permille[vessel.call])
        return any(limit > 0 and taken * 1000 >= permille * limit and taken > 0
                   for limit, taken in zip(vessel.limits, vessel.room_taken, strict=True))  # fmt: skip

    def _load_next(self, vessel: Vessel) -> None:
        if vessel.loading or not vessel.open_for_lots:
            return
        queue = self.queues.get(vessel.call, [])
        timetable = bool(self.plan.call_timetable[vessel.call])
        if not timetable and self._filled(vessel):
            return self._close(vessel)
        considered = queue if self.plan.service_smaller_may_pass[vessel.service] else queue[:1]
        found = next((k for k, (lot, _) in enumerate(considered) if self._fits(vessel, lot)), None)
        if found is None:
            if queue and not timetable:  # someone is left behind: the vessel is full
                self._close(vessel)
            return
        lot, op = queue.pop(found)
        self._lift_in(vessel, lot, op)

    def _lift_in(self, vessel: Vessel, lot: Mover, op: int) -> None:
        record = self.sim.record
        vessel.loading = True
        lot.waits = vessel
        vessel.room_taken = [a + b for a, b in zip(vessel.room_taken, lot.size, strict=True)]
        board = len(record.boards)
        record.boards.extend((lot.ident, vessel.index, vessel.calls, -1, record.rows[lot.row + 4], -1, -1, -1, -1, -1))

        def begun(_: Vessel) -> None:
            now = self.sim.calendar.now
            record.rows[lot.row + START] = record.boards[board + _BOARD["load_start"]] = now

        def aboard(_: Vessel) -> None:
            now = self.sim.calendar.now
            record.boards[board + _BOARD["load_end"]] = now
            record.calls[vessel.call_row + _CALL["lots_loaded"]] += 1
            vessel.aboard.append((lot, op, board))
            vessel.loading = False
            for need in range(self.sim.needs[op][0] + 1, self.sim.needs[op][1]):  # room that the lot held in this port
                units = self.sim.load(lot.size, need)
                record.instant_row(lot.ident, -1, need, -units, now)
                lot.held.pop(self.sim.need_facility[need], None)
                self.sim.facilities.give_back(need, units)
            if vessel.closing:
                self._close(vessel)
            else:
                self.sim.calendar.soon(self._load_next, vessel)

        seconds, _ = self.sim.durations(lot.ident, op, lot.step)
        self._timed(vessel, int(self.plan.call_load_need[vessel.call]), _LOAD, seconds, begun, aboard)

    def _close(self, vessel: Vessel) -> None:
        """No more lots: go out as soon as the entry lets it."""
        if vessel.open_for_lots:
            vessel.open_for_lots = False
            self.at_call[vessel.call].remove(vessel)
        self._stamp(vessel, "closed")
        need = int(self.plan.call_exit_need[vessel.call])
        if need < 0:
            self._stamp(vessel, "exit_start")
            self._leave(vessel)
        else:
            seconds = int(self.plan.call_entry_s[vessel.call])
            self._timed(vessel, need, _LEAVE, seconds, lambda v: self._stamp(v, "exit_start"), self._leave)

    def _leave(self, vessel: Vessel) -> None:
        record, berth = self.sim.record, vessel.at_berth
        assert berth is not None
        self._stamp(vessel, "left")
        now = self.sim.calendar.now
        record.rows[berth.row + END] = record.rows[berth.row + RELEASE] = now
        vessel.at_berth = None
        if self.sim.need_facility[berth.first_need] >= 0:
            self.sim.facilities.give_back(berth.first_need, berth.units[0])
        if now >= int(self.plan.vessel_end_s[vessel.index]) and not vessel.aboard:
            return
        seconds = self._drawn(self.luck.sail_s, vessel)
        leg = vessel.call - int(self.plan.call_ptr[vessel.service])
        need = int(self.plan.vessel_sail_need[self.plan.vessel_sail_ptr[vessel.index] + leg])
        self._timed(vessel, need, _SAIL, seconds, None, self._at_sea_over)

    def _at_sea_over(self, vessel: Vessel) -> None:
        first, last = int(self.plan.call_ptr[vessel.service]), int(self.plan.call_ptr[vessel.service + 1])
        vessel.calls += 1
        vessel.call = vessel.call + 1 if vessel.call + 1 < last else first
        self._arrive(vessel)
