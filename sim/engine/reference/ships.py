"""Vessels of the reference engine: berth, discharge, load, wait for the window, sail, and again.

A vessel takes a berth, passes the port's entry, moors, discharges lot by lot, loads until its rule
says leave, passes the entry outward (the berth comes free then) and sails to its next call.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from sim.clock import NEVER_S
from sim.contract.plan import WEIGHT
from sim.contract.trace import BOARD, CALL
from sim.engine.endless import vessel_loops
from sim.engine.reference.calendar import key
from sim.engine.reference.facility import Work
from sim.engine.reference.mover import Mover
from sim.engine.reference.recorder import END, RELEASE, REQUEST, START
from sim.engine.reference.state import State
from sim.engine.reference.vessel import Vessel
from sim.engine.reference.works import Works
from sim.engine.rules import (
    ARRIVAL,
    BEGIN,
    BERTH,
    DEADLINE,
    DEADLINE_STEP,
    DISCHARGE,
    ENTER,
    LEAVE,
    LOAD,
    MOOR,
    SAIL,
)
from sim.errors import DrawsExhausted

_CALL = {name: k for k, name in enumerate(CALL)}
_LOTS_LOADED, _LOTS_LANDED = _CALL["lots_loaded"], _CALL["lots_landed"]
_CALL_TO, _LOAD_START, _LOAD_END, _REQUEST, _DISCHARGE_START, _LANDED = map(
    BOARD.index, ("call_to", "load_start", "load_end", "discharge_request", "discharge_start", "landed")
)


class Ships:
    """All vessels, and the lots that wait for them at each call."""

    def __init__(self, state: State, works: Works, proceed: Callable[[Mover], None]) -> None:
        plan = state.plan
        self.state, self.plan, self.draws = state, plan, state.draws
        self.run_work, self.proceed = works.run, proceed
        n_lot = self.draws.n_lot
        self.vessels = [
            Vessel(v, n_lot + v, int(service), int(call), limits.tolist())
            for v, (service, call, limits) in enumerate(
                zip(plan.vessels.service, plan.vessels.first_call, plan.vessels.limit, strict=True)
            )
        ]
        self.queues: dict[int, list[tuple[Mover, int]]] = {}  # queue of a port -> lots and their BOARD operations
        self.at_port: dict[int, list[Vessel]] = {}  # vessels open for lots by queue, in order of opening
        self.voyage_ptr = self.draws.voyage_ptr.tolist()
        self.payload_ptr, self.payload_s = plan.vessels.payload_ptr.tolist(), plan.vessels.payload_s.tolist()
        self.need_op = plan.needs.op.tolist()
        self.call_queue = plan.calls.queue.tolist()
        self.board_ptr, self.board_from, self.board_to = (
            a.tolist() for a in (plan.boardings.ptr, plan.boardings.call_from, plan.boardings.call_to)
        )
        self.load_need, self.discharge_need = plan.calls.load_need.tolist(), plan.calls.discharge_need.tolist()
        self.yard_need = plan.calls.yard_need.tolist()
        self.timetable, self.fill_permille = plan.calls.timetable.tolist(), plan.calls.fill_permille.tolist()
        self.least_permille = plan.calls.least_permille.tolist()
        self.smaller_may_pass = plan.services.smaller_may_pass.tolist()
        self.next_slot_s = [0] * len(plan.calls.node)  # of each timetable: the first slot that no ship has taken

    def set_out(self) -> None:
        """Put every vessel into the calendar at the start of its service."""
        for v in self.vessels:
            self.state.calendar.at(
                int(self.plan.vessels.start_s[v.index]),
                key(ARRIVAL, v.ident, BEGIN),
                lambda event: self._arrive(event.what),
                v,
            )

    def join_queue(self, lot: Mover, op: int) -> None:
        """A lot begins to wait at its boarding call; an open vessel may take it at once."""
        lot.row = self.state.record.open_row(lot.ident, -1, self.state.needs[op][0], 0, self.state.calendar.now)
        lot.waits = op
        at = self.call_queue[self.board_from[self.board_ptr[op]]]
        queue = self.queues.setdefault(at, [])
        behind = len(queue)
        while behind and queue[behind - 1][0].priority > lot.priority:
            behind -= 1
        queue.insert(behind, (lot, op))
        for vessel in tuple(self.at_port.get(at, ())):
            self._load_next(vessel)

    def _voyage(self, op: int, call: int) -> int:
        """Which voyage of a BOARD begins at a call: its place among all voyages; -1 if none does."""
        for voyage in range(self.board_ptr[op], self.board_ptr[op + 1]):
            if self.board_from[voyage] == call:
                return voyage
        return -1

    def _durations(self, lot: Mover, op: int, voyage: int) -> tuple[int, int]:
        """Seconds of loading and of discharging a lot on a voyage, as of now."""
        dated = len(self.state.variants[op]) + 1
        return self.state.durations(lot.ident, op, lot.step, (voyage - self.board_ptr[op]) * dated)

    # -- coming in

    def _stamp(self, vessel: Vessel, column: str) -> None:
        self.state.record.calls[vessel.call_row + _CALL[column]] = self.state.calendar.now

    def _work(self, vessel: Vessel, need: int, step: int, started: Any, ended: Any = None, seconds: int = 0) -> Work:
        units = self.state.need_units[need]
        row = self.state.record.open_row(vessel.ident, -1, need, units, self.state.calendar.now)
        return Work(
            vessel,
            self.need_op[need],
            step,
            need,
            self.state.facilities.of_need[need],
            units,
            row,
            started,
            ended,
            seconds,
            seconds,
        )

    def _ask(self, vessel: Vessel, work: Work) -> None:
        """Request; ``started`` runs now or when the units are granted."""
        if self.state.facilities.request(work):
            work.started(work)
        else:
            vessel.waits = work

    def _timed(self, vessel: Vessel, need: int, step: int, seconds: int, begun: Any, then: Any) -> None:
        """A step of the vessel's own that takes ``seconds`` once the need is granted."""
        if vessel.begins_too_often(now := self.state.calendar.now):
            raise vessel_loops(self.plan, vessel.index, now)

        def started(work: Work) -> None:
            vessel.waits = None
            if begun is not None:
                begun(vessel)
            self.run_work(work)

        self._ask(vessel, self._work(vessel, need, step, started, lambda _: then(vessel), seconds))

    def _arrive(self, vessel: Vessel) -> None:
        vessel.call_row = len(self.state.record.calls)
        self.state.record.calls.extend(
            (vessel.index, vessel.calls, vessel.call, self.state.calendar.now, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0)
        )
        need = int(self.plan.calls.berth_need[vessel.call])
        self._ask(vessel, self._work(vessel, need, BERTH, self._berthed))

    def _berthed(self, work: Work) -> None:
        vessel: Vessel = work.owner
        vessel.waits, vessel.at_berth = None, work
        self.state.record.rows[work.row + START] = self.state.calendar.now
        self._stamp(vessel, "berthed")
        need = int(self.plan.calls.entry_need[vessel.call])
        if need < 0:
            self._stamp(vessel, "entry_start")
            self._entered(vessel)
        else:
            seconds = int(self.plan.calls.entry_s[vessel.call])
            self._timed(vessel, need, ENTER, seconds, lambda v: self._stamp(v, "entry_start"), self._entered)

    def _entered(self, vessel: Vessel) -> None:
        self._stamp(vessel, "entered")
        seconds = self._drawn(self.draws.moor_s, vessel)
        self._timed(vessel, int(self.plan.calls.moor_need[vessel.call]), MOOR, seconds, None, self._moored)

    def _moored(self, vessel: Vessel) -> None:
        self._stamp(vessel, "moored")
        self._discharge_next(vessel)

    def _drawn(self, block: Any, vessel: Vessel) -> int:
        at = self.voyage_ptr[vessel.index] + vessel.calls
        if at >= self.voyage_ptr[vessel.index + 1]:
            raise DrawsExhausted(f"vessel {self.plan.vessels.name[vessel.index]} made more calls than were drawn")
        return int(block[at])

    # -- discharging

    def _discharge_next(self, vessel: Vessel) -> None:
        """The next lot for this port: first its room in the yard, then the cranes."""
        board_to, here = self.board_to, vessel.call
        vessel.in_hand = next((x for x in vessel.aboard if board_to[x[3]] == here), None)
        if vessel.in_hand is None:
            return self._discharged(vessel)
        lot, op, board, _ = vessel.in_hand
        self.state.record.boards[board + _REQUEST] = self.state.calendar.now
        self.state.record.boards[board + _CALL_TO] = vessel.calls
        need = self.yard_need[here]
        if need < 0:
            return self._lift_out(vessel)
        units = self.state.load(lot.size, need)
        row = self.state.record.open_row(lot.ident, -1, need, units, self.state.calendar.now)
        yard = self.state.facilities.of_need[need]
        self._ask(vessel, Work(vessel, op, DISCHARGE, need, yard, units, row, self._yard_room))
        return None

    def _yard_room(self, work: Work) -> None:
        vessel: Vessel = work.owner
        vessel.waits = None
        assert vessel.in_hand is not None
        assert work.facility is not None
        for column in (START, END, RELEASE):
            self.state.record.rows[work.row + column] = self.state.calendar.now
        vessel.in_hand[0].held[work.facility.index] = work.need
        self._lift_out(vessel)

    def _lift_out(self, vessel: Vessel) -> None:
        assert vessel.in_hand is not None
        lot, op, _, voyage = vessel.in_hand
        _, seconds = self._durations(lot, op, voyage)
        need = self.discharge_need[vessel.call]
        self._ask(vessel, self._work(vessel, need, DISCHARGE, self._discharge_begun, self._landed, seconds))

    def _discharge_begun(self, work: Work) -> None:
        vessel: Vessel = work.owner
        vessel.waits = None
        assert vessel.in_hand is not None
        self.state.record.boards[vessel.in_hand[2] + _DISCHARGE_START] = self.state.calendar.now
        self.run_work(work)

    def _landed(self, work: Work) -> None:
        vessel: Vessel = work.owner
        assert vessel.in_hand is not None
        lot, _, board, _ = vessel.in_hand
        record, now = self.state.record, self.state.calendar.now
        record.boards[board + _LANDED] = now
        record.rows[lot.row + END] = record.rows[lot.row + RELEASE] = now
        record.calls[vessel.call_row + _LOTS_LANDED] += 1
        vessel.aboard.remove(vessel.in_hand)
        vessel.add(lot.size, -1)
        vessel.steps = 0
        lot.step += 1
        lot.waits = None
        self.state.calendar.soon((self.proceed, lot))
        self.state.calendar.soon((self._discharge_next, vessel))

    def _discharged(self, vessel: Vessel) -> None:
        self._stamp(vessel, "discharged")
        now, call = self.state.calendar.now, vessel.call
        vessel.closing = vessel.overdue = False
        if now >= int(self.plan.vessels.end_s[vessel.index]) and not vessel.aboard:
            return self._close(vessel)  # withdrawn: leaves empty and does not come back
        if self.plan.calls.timetable[call]:
            first, every = int(self.plan.calls.first_s[call]), int(self.plan.calls.every_s[call])
            leave_s = first + max(0, -((first - now) // every)) * every
            leave_s = max(leave_s, self.next_slot_s[call])  # a slot belongs to the first ship that loads for it
            self.next_slot_s[call] = leave_s + every
        else:
            wait_s = int(self.plan.calls.longest_wait_s[call])
            leave_s = now + wait_s if wait_s < NEVER_S else NEVER_S
        leave_s = min(leave_s, self._before_closing(call, now))
        vessel.limits = self._limits(vessel, now)
        vessel.open_for_lots = True
        self.at_port.setdefault(self.call_queue[call], []).append(vessel)
        if leave_s < NEVER_S:
            self.state.calendar.at(
                leave_s, key(DEADLINE, vessel.ident, DEADLINE_STEP), self._deadline, (vessel, vessel.calls)
            )
        self._load_next(vessel)

    def _limits(self, vessel: Vessel, now: int) -> list[tuple[int, int]]:
        """(measure, limit) of the ship's own limits, and of what the water carries now."""
        limits: list[int] = self.plan.vessels.limit[vessel.index].tolist()
        first, last = self.payload_ptr[vessel.index], self.payload_ptr[vessel.index + 1]
        if last > first:
            at = bisect_right(self.payload_s, now, first, last) - 1
            carried = int(self.plan.vessels.payload_t[max(at, first)])
            limits[WEIGHT] = carried if limits[WEIGHT] < 0 else min(limits[WEIGHT], carried)
        return [(measure, limit) for measure, limit in enumerate(limits) if limit >= 0]

    def _before_closing(self, call: int, now: int) -> int:
        """When a vessel that knows of the entry's next closing ends loading; never, without a forecast."""
        margin_s, need = int(self.plan.calls.before_closing_s[call]), int(self.plan.calls.exit_need[call])
        if margin_s < 0 or need < 0:
            return NEVER_S
        entry = self.state.facilities.of_need[need]
        assert entry is not None
        closes_s = next((t for t, c in entry.timeline[entry.timeline_at + 1 :] if c == 0), NEVER_S)
        return max(now, closes_s - margin_s) if entry.capacity and closes_s < NEVER_S else NEVER_S

    # -- loading and leaving

    def _deadline(self, event: Any) -> None:
        vessel, calls = event.what
        if vessel.calls == calls and vessel.open_for_lots:
            if self._lacks_cargo(vessel):
                vessel.overdue = True
                return
            vessel.closing = True
            if not vessel.loading:
                self._close(vessel)

    def _lacks_cargo(self, vessel: Vessel) -> bool:
        """Whether it has less than the least load with which it leaves after its longest wait."""
        least = self.least_permille[vessel.call]
        return bool(least) and not vessel.filled(least)

    def _load_next(self, vessel: Vessel) -> None:
        """Take the first lot that fits, or close if the rule says that the vessel is full."""
        if vessel.loading or not vessel.open_for_lots:
            return
        call = vessel.call
        timetable = self.timetable[call]
        if not timetable and vessel.filled(self.fill_permille[call]):
            return self._close(vessel)
        if vessel.overdue and not self._lacks_cargo(vessel):
            return self._close(vessel)
        left_behind = False
        for k, (lot, op) in enumerate(self.queues.get(self.call_queue[call], ())):
            voyage = self._voyage(op, call)
            if voyage < 0:  # it waits for another call of this port
                continue
            if vessel.fits(lot.size):
                del self.queues[self.call_queue[call]][k]
                return self._lift_in(vessel, lot, op, voyage)
            left_behind = True
            if not self.smaller_may_pass[vessel.service]:
                break
        if left_behind and not timetable:  # the vessel is full
            self._close(vessel)

    def _lift_in(self, vessel: Vessel, lot: Mover, op: int, voyage: int) -> None:
        record = self.state.record
        vessel.loading = True
        lot.waits = vessel
        vessel.add(lot.size, 1)
        vessel.in_hand = (lot, op, len(record.boards), voyage)
        queued_s = record.rows[lot.row + REQUEST]
        record.boards.extend((lot.ident, vessel.index, vessel.calls, -1, queued_s, -1, -1, -1, -1, -1))
        seconds, _ = self._durations(lot, op, voyage)
        need = self.load_need[vessel.call]
        self._ask(vessel, self._work(vessel, need, LOAD, self._load_begun, self._loaded, seconds))

    def _load_begun(self, work: Work) -> None:
        vessel: Vessel = work.owner
        vessel.waits = None
        assert vessel.in_hand is not None
        lot, _, board, _ = vessel.in_hand
        record = self.state.record
        record.rows[lot.row + START] = record.boards[board + _LOAD_START] = self.state.calendar.now
        self.run_work(work)

    def _loaded(self, work: Work) -> None:
        vessel: Vessel = work.owner
        assert vessel.in_hand is not None
        lot, op, board, _ = vessel.in_hand
        record, now = self.state.record, self.state.calendar.now
        record.boards[board + _LOAD_END] = now
        record.calls[vessel.call_row + _LOTS_LOADED] += 1
        vessel.aboard.append(vessel.in_hand)
        vessel.in_hand, vessel.loading, vessel.steps = None, False, 0
        for need in range(self.state.needs[op][0] + 1, self.state.needs[op][1]):  # room that the lot held in this port
            units = self.state.load(lot.size, need)
            record.instant_row(lot.ident, -1, need, -units, now)
            room = self.state.facilities.of_need[need]
            assert room is not None
            lot.held.pop(room.index, None)
            self.state.facilities.give_back(room, units)
        if vessel.closing:
            self._close(vessel)
        else:
            self.state.calendar.soon((self._load_next, vessel))

    def _close(self, vessel: Vessel) -> None:
        """No more lots: go out as soon as the entry lets it."""
        if vessel.open_for_lots:
            vessel.open_for_lots = False
            self.at_port[self.call_queue[vessel.call]].remove(vessel)
        self._stamp(vessel, "closed")
        need = int(self.plan.calls.exit_need[vessel.call])
        if need < 0:
            self._stamp(vessel, "exit_start")
            self._leave(vessel)
        else:
            seconds = int(self.plan.calls.entry_s[vessel.call])
            self._timed(vessel, need, LEAVE, seconds, lambda v: self._stamp(v, "exit_start"), self._leave)

    def _leave(self, vessel: Vessel) -> None:
        record, berth = self.state.record, vessel.at_berth
        assert berth is not None
        self._stamp(vessel, "left")
        now = self.state.calendar.now
        record.rows[berth.row + END] = record.rows[berth.row + RELEASE] = now
        vessel.at_berth = None
        if berth.facility is not None:
            self.state.facilities.give_back(berth.facility, berth.units)
        if now >= int(self.plan.vessels.end_s[vessel.index]) and not vessel.aboard:
            return
        seconds = self._drawn(self.draws.sail_s, vessel)
        leg = vessel.call - int(self.plan.services.call_ptr[vessel.service])
        need = int(self.plan.vessels.sail_need[self.plan.vessels.sail_ptr[vessel.index] + leg])
        self._timed(vessel, need, SAIL, seconds, None, self._at_sea_over)

    def _at_sea_over(self, vessel: Vessel) -> None:
        first, last = (
            int(self.plan.services.call_ptr[vessel.service]),
            int(self.plan.services.call_ptr[vessel.service + 1]),
        )
        vessel.calls += 1
        vessel.call = vessel.call + 1 if vessel.call + 1 < last else first
        self._arrive(vessel)
