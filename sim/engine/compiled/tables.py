"""The tables of one run of the kernel: built from a plan and its luck, made longer, and read as a trace.

What the plan and the luck have as plain arrays is used in place; only what is read together is copied into
records. The tables of the trace begin at the most rows that a run can write: memory that is never written
to is never taken. Pools begin small and are doubled when the kernel asks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.clock import DAY_S, NEVER_S
from sim.contract.draws import Draws
from sim.contract.plan import Discipline, Kind, Plan, Policy
from sim.contract.trace import Table, Trace
from sim.engine.compiled.calendar import IDENT_BITS, LAST, MOST_IDENTS, MOST_STEPS
from sim.engine.compiled.codes import (
    BATCHES_FULL,
    CAUSED_FULL,
    EVENTS_FULL,
    MOVERS_FULL,
    PAUSES_FULL,
    ROWS_FULL,
    WORKS_FULL,
)
from sim.engine.compiled.layout import CLASSES, NONE, STATE, TABLES
from sim.engine.rules import QUEUES

Ints = npt.NDArray[Any]
#: What the kernel asks for -> the tables that grow together.
_GROWS = {
    EVENTS_FULL: ("events", "new_events"),
    CAUSED_FULL: ("caused",),
    WORKS_FULL: ("works", "claims"),
    MOVERS_FULL: ("movers", "sizes", "held_needs"),
    BATCHES_FULL: ("batches",),
    ROWS_FULL: ("rows",),
    PAUSES_FULL: ("pauses",),
}
_SMALLEST = 512


class Tables:
    """All memory of one run. ``state`` is the kernel's argument; it is valid as long as this object lives."""

    def __init__(self, plan: Plan, draws: Draws) -> None:
        self.plan, self.draws = plan, draws
        self.state = np.zeros(1, STATE)
        self._held: dict[str, Ints] = {}
        assert draws.n_lot + len(plan.vessels.name) + len(plan.facilities.name) < MOST_IDENTS
        self.needs_of_op = np.diff(plan.needs.ptr)
        self._set_facilities()
        self._set_operations()
        self._set_calls()
        self._set_vessels()
        self._set_stocks()
        self._set_lots()
        self._set_pools()
        self._set_trace()

    def grow(self, status: int) -> None:
        """Double the tables that the kernel found too small."""
        for name in _GROWS[status]:
            old = self._held[name]
            longer = np.zeros(2 * len(old), old.dtype)
            longer[: len(old)] = old
            if name == "events":
                longer["first"][len(old) :] = LAST
            self._hold(name, longer)
        if status == CAUSED_FULL:
            self._straighten()
        self._tell_room()

    def trace(self) -> Trace:
        """What the run has left behind, without copies."""
        s = self.state[0]
        movers = self._held["movers"][: s["movers_top"]]
        on_the_way = movers[movers["alive"] & (movers["train"] == NONE)]
        lots, done = self._held["lots"], int(s["n_lots"])
        rest = slice(done, done + len(on_the_way))
        lots["lot"][rest], lots["born"][rest], lots["done"][rest] = on_the_way["ident"], on_the_way["born_s"], -1
        return Trace(
            rows=self._cells("rows", s["n_rows"]),
            pauses=self._cells("pauses", s["n_pauses"]),
            members=self._cells("members", s["n_members"]),
            boards=self._cells("boards", s["n_boards"]),
            calls=self._cells("calls", s["n_calls"]),
            lots=self._cells("lots", rest.stop),
            stopped_s=int(s["stop_s"]),
            events=int(s["ran"]),
        )

    def _cells(self, name: str, rows: int) -> Table:
        table = self._held[name]
        return table.view(np.int32).reshape(len(table), -1)[:rows]

    # -- memory

    def _hold(self, name: str, array: Ints) -> Ints:
        """Keep an array and tell the kernel where it is."""
        assert array.flags.c_contiguous
        self._held[name] = array
        self.state[name] = array.ctypes.data
        return array

    def _use(self, name: str, array: Ints) -> None:
        """A plain array of the plan or the luck, in place if it has the kernel's type."""
        if array.dtype == np.bool_:
            array = array.view(np.int8)
        wanted = TABLES[name].fields["value"][0]  # type: ignore[index]
        self._hold(name, np.ascontiguousarray(array if array.size else np.zeros(1), wanted))

    def _new(self, name: str, length: int, **columns: Any) -> Ints:
        """A table of zeros, or of the columns given."""
        table = self._hold(name, np.zeros(max(length, 1), TABLES[name]))
        for column, values in columns.items():
            table[column][:length] = values
        return table

    # -- the plan

    def _set_facilities(self) -> None:
        plan, draws = self.plan, self.draws
        policy, discipline = plan.facilities.policy, plan.facilities.discipline
        n_facility = len(plan.facilities.name)
        queues = np.array([QUEUES[Discipline(d)] for d in discipline.tolist()], np.int32)
        first, last = draws.timeline_ptr[:-1], draws.timeline_ptr[1:]
        next_zero_s = _next_zero_s(draws)
        self._use("timeline_s", draws.timeline_s)
        self._use("timeline_capacity", draws.timeline_capacity)
        self._use("timeline_next_zero_s", next_zero_s)
        self._use("resets", plan.facilities.reset_s)
        self._new(
            "facilities",
            n_facility,
            next_zero_s=next_zero_s[first],
            wait_s=plan.stocks.wait_s,
            capacity=draws.timeline_capacity[first],
            last_side=1,
            discipline=discipline,
            queues=queues,
            timeline=first,
            timeline_last=last,
            reset_first=plan.facilities.reset_ptr[:-1],
            reset_last=plan.facilities.reset_ptr[1:],
            at_work=NONE,
            stopped=NONE,
            leave_need=plan.stocks.leave_need,
            wake_first=plan.wakes.ptr[:-1],
            wake_last=plan.wakes.ptr[1:],
            stops_work=np.isin(policy, (Policy.SUSPEND, Policy.RESTART)),
            suspends=policy == Policy.SUSPEND,
            looks_ahead=policy == Policy.NOT_STARTED,
            particular=plan.stocks.is_stock | (discipline == Discipline.ALTERNATE),
            stock=plan.stocks.is_stock,
            tells=plan.stocks.is_stock & (plan.stocks.wait_s < NEVER_S),
        )
        self._new("queues", n_facility * CLASSES, first=NONE, last=NONE)
        self._new("returned", n_facility, first=NONE, last=NONE)
        self.state["n_facility"] = n_facility

    def _set_operations(self) -> None:
        plan = self.plan
        first, last = plan.needs.ptr[:-1], plan.needs.ptr[1:]
        facility = plan.needs.facility[first]
        resets = np.diff(plan.facilities.reset_ptr)
        quota = (facility >= 0) & (resets[facility] > 0) if len(resets) else np.zeros(len(facility), bool)
        self._new(
            "needs",
            len(plan.needs.op),
            op=plan.needs.op,
            facility=plan.needs.facility,
            units=plan.needs.units,
            measure=plan.needs.measure,
        )
        self._new(
            "ops",
            len(plan.operations.kind),
            gather_units=plan.gatherings.units,
            gather_wait_s=plan.gatherings.wait_s,
            kind=plan.operations.kind,
            variant_first=plan.operations.variant_ptr[:-1],
            variant_last=plan.operations.variant_ptr[1:],
            need_first=first,
            need_last=last,
            facility=facility,
            units=plan.needs.units[first],
            measure=plan.needs.measure[first],
            side=plan.operations.side,
            gather_measure=plan.gatherings.measure,
            service=plan.boardings.service,
            voyage_first=plan.boardings.ptr[:-1],
            voyage_last=plan.boardings.ptr[1:],
            dated=np.diff(plan.operations.variant_ptr) + 1,
            queue=_queues(plan),
            branch_first=plan.choices.ptr[:-1],
            branch_last=plan.choices.ptr[1:],
            memory=plan.choices.memory,
            waiting=NONE,
            waiting_last=NONE,
            keeps=plan.operations.keeps,
            quota=quota,
            by_time=plan.choices.by_time,
        )
        self._new(
            "voyages", len(plan.boardings.call_from), call_from=plan.boardings.call_from, call_to=plan.boardings.call_to
        )
        self._use("variants", plan.operations.variant_s)
        self._new("steps", len(plan.programs.op), op=plan.programs.op, draw=plan.programs.draw)
        memory = np.repeat(plan.choices.memory, np.diff(plan.choices.ptr)).astype(np.int64)
        self._new(
            "branches",
            len(plan.choices.target),
            start_s=plan.choices.start_s,
            target=plan.choices.target,
            recent=np.cumsum(memory) - memory,
        )
        self._new("recent", int(memory.sum()))

    def _set_calls(self) -> None:
        plan = self.plan
        n_call = len(plan.calls.node)
        starts = plan.services.call_ptr[:-1]
        calls = np.diff(plan.services.call_ptr)
        leg = np.arange(n_call) - np.repeat(starts, calls)
        following = np.arange(n_call) + 1
        following[plan.services.call_ptr[1:][calls > 0] - 1] = starts[calls > 0]
        self._new(
            "call_plans",
            n_call,
            entry_s=plan.calls.entry_s,
            longest_wait_s=plan.calls.longest_wait_s,
            every_s=plan.calls.every_s,
            first_s=plan.calls.first_s,
            before_closing_s=plan.calls.before_closing_s,
            berth_need=plan.calls.berth_need,
            entry_need=plan.calls.entry_need,
            exit_need=plan.calls.exit_need,
            load_need=plan.calls.load_need,
            discharge_need=plan.calls.discharge_need,
            yard_need=plan.calls.yard_need,
            moor_need=plan.calls.moor_need,
            fill_permille=plan.calls.fill_permille,
            following=following,
            leg=leg,
            queue=plan.calls.queue,
            at_port=NONE,
            timetable=plan.calls.timetable,
            smaller_may_pass=np.repeat(plan.services.smaller_may_pass, calls),
        )
        self._new("board_queues", n_call * CLASSES, first=NONE, last=NONE)
        self.state["n_call"] = n_call

    def _set_vessels(self) -> None:
        plan, draws = self.plan, self.draws
        n_vessel = len(plan.vessels.name)
        self._new(
            "vessels",
            n_vessel,
            start_s=plan.vessels.start_s,
            end_s=plan.vessels.end_s,
            ident=draws.n_lot + np.arange(n_vessel),
            service=plan.vessels.service,
            call=plan.vessels.first_call,
            sail_first=plan.vessels.sail_ptr[:-1],
            payload_first=plan.vessels.payload_ptr[:-1],
            payload_last=plan.vessels.payload_ptr[1:],
            in_hand=NONE,
            at_berth=NONE,
            waits=NONE,
            next_open=NONE,
        )
        self._new("aboard", n_vessel, first=NONE, last=NONE)
        self._use("limits", plan.vessels.limit.ravel().copy())
        self._use("own_limits", plan.vessels.limit.ravel())
        self._new("room_taken", plan.vessels.limit.size)
        self._use("payload_s", plan.vessels.payload_s)
        self._use("payload_t", plan.vessels.payload_t)
        self._use("sail_needs", plan.vessels.sail_need)
        self._use("voyage_first", draws.voyage_ptr)
        self._use("sail_s", draws.sail_s)
        self._use("moor_s", draws.moor_s)
        self.state["n_vessel"] = n_vessel

    def _set_stocks(self) -> None:
        plan, draws = self.plan, self.draws
        self._new(
            "wakes",
            len(plan.wakes.flow),
            since_s=plan.wakes.since_s,
            flow=plan.wakes.flow,
            home=plan.wakes.home,
            asleep=draws.asleep_ptr[:-1],
            asleep_last=draws.asleep_ptr[1:],
        )
        self._use("asleep", draws.asleep_lot)

    # -- the luck

    def _set_lots(self) -> None:
        plan, draws = self.plan, self.draws
        arrivals = _order_of_arrival(draws.lot_time_s)
        self._use("arrivals", arrivals)
        self._use("program_first", plan.programs.ptr)
        for name in ("lot_program", "lot_time_s", "lot_priority", "lot_reported", "lot_draw", "hold_s", "move_s"):
            self._use(name, getattr(draws, name))
        self._use("lot_sizes", draws.lot_size.ravel())
        reported = int(draws.lot_reported.sum())
        s = self.state
        s["n_lot"], s["n_measure"], s["n_arrivals"] = draws.n_lot, draws.lot_size.shape[1], len(arrivals)
        s["reported_left"], s["period_end_s"] = reported, draws.period_end_s
        s["stop_s"] = draws.end_s if reported else min(draws.end_s, draws.period_end_s)
        s["look_s"] = 30 * DAY_S

    # -- pools and the trace

    def _set_pools(self) -> None:
        plan, s = self.plan, self.state
        s["works_free"] = s["movers_free"] = s["batches_free"] = NONE
        most_claims = max(int(self.needs_of_op.max(initial=1)), 1)
        takes = np.where(plan.operations.kind == Kind.ACQUIRE, self.needs_of_op, plan.operations.kind == Kind.BOARD)
        most_held = max(int(self._by_program(takes).max(initial=0)), 1)
        longest = int(np.diff(plan.programs.ptr).max(initial=0))
        assert 2 * len(plan.programs.op) < MOST_STEPS  # a mover's step counts from the first program's
        # what one action can add: a whole program, and a step of each vessel
        reserve = (longest + 4) * most_claims + 4 * len(plan.vessels.name) + 64
        s["most_claims"], s["most_held"], self._reserve = most_claims, most_held, reserve
        room = _power_of_two(max(_SMALLEST, 2 * reserve))
        events = (
            room + len(plan.facilities.name) + len(plan.vessels.name) + 1
        )  # the latter fill it before the first event
        lengths = {
            "works": room,
            "claims": room * most_claims,
            "movers": room,
            "batches": room,
            "sizes": room * int(s["n_measure"][0]),
            "held_needs": room * most_held,
            "events": events,
            "new_events": events,
            "caused": 2 * room * _power_of_two(most_claims + 1),
            "pauses": 2 * room,
        }
        for name, length in lengths.items():
            self._new(name, length)
        self._held["events"]["first"] = LAST

    def _set_trace(self) -> None:
        plan, draws = self.plan, self.draws
        boards = plan.operations.kind == Kind.BOARD
        most = {
            "rows": self.needs_of_op + 3 * boards,  # loading, discharging, room in the yard
            "members": plan.operations.kind == Kind.GATHER,
            "boards": boards,
        }
        calls = int(draws.voyage_ptr[-1]) + len(plan.vessels.name) if len(draws.voyage_ptr) else 0
        lots = np.bincount(draws.lot_program + 1, minlength=len(plan.programs.ptr))[
            1:
        ]  # without those that have no way
        for name, by_op in most.items():
            length = int(self._by_program(by_op) @ lots)
            if name == "rows":  # a lot that wakes has one more, a call has at most five
                length += draws.n_lot + 5 * calls + 2 * self._reserve
            self._hold(name, np.empty(length + 1, TABLES[name]))
        self._hold("calls", np.empty(calls + 1, TABLES["calls"]))
        self._hold("lots", np.empty(draws.n_lot + 1, TABLES["lots"]))
        self._tell_room()

    def _by_program(self, by_op: Ints) -> Ints:
        """Sum over the steps of each program."""
        total = np.append(0, np.cumsum(by_op[self.plan.programs.op], dtype=np.int64))
        return np.diff(total[self.plan.programs.ptr])

    def _tell_room(self) -> None:
        """How much may be in use before an action, so that there is room for all that it can add."""
        s = self.state
        room = {
            name: len(self._held[name]) for name in ("events", "caused", "works", "movers", "batches", "rows", "pauses")
        }
        for name in ("events", "works", "batches", "rows"):
            s[f"{name}_most"] = room[name] - self._reserve
        s["movers_most"], s["pauses_most"], s["caused_room"] = room["movers"] - 8, room["pauses"], room["caused"]
        # what is caused: each waiting work may be granted, with its other facilities, each mover may proceed
        caused = room["works"] * int(s["most_claims"][0]) + room["movers"] + len(self.plan.vessels.name)
        s["caused_most"] = room["caused"] - caused

    def _straighten(self) -> None:
        """A ring that has become longer: what it held moves to its beginning."""
        s, ring = self.state, self._held["caused"]
        old, first, count = len(ring) // 2, int(s["first_caused"][0]), int(s["n_caused"][0])
        ring[:count] = ring[(first + np.arange(count)) % old]
        s["first_caused"] = 0


def _order_of_arrival(lot_time_s: Ints) -> Ints:
    """Lots in order of (time, identifier), without those that sleep. Plain numbers sort quicker than an index does."""
    lots = np.flatnonzero(lot_time_s < NEVER_S)
    keys = lot_time_s[lots]  # in place from here on: a million lots take 8 MB
    keys <<= IDENT_BITS
    keys |= lots
    keys.sort()
    keys &= MOST_IDENTS - 1
    return keys.astype(np.int32)


def _next_zero_s(draws: Draws) -> Ints:
    """For each step of each timeline the next instant, after it, at which its facility closes."""
    zeros = np.flatnonzero(draws.timeline_capacity == 0)
    step = np.arange(len(draws.timeline_s))
    last = np.repeat(draws.timeline_ptr[1:], np.diff(draws.timeline_ptr))
    following = np.append(zeros, len(step))[np.searchsorted(zeros, step, side="right")]
    closes = following < last
    next_zero_s = np.full(len(step), NEVER_S, np.int64)
    next_zero_s[closes] = draws.timeline_s[following[closes]]
    return next_zero_s


def _power_of_two(least: int) -> int:
    return 1 << (least - 1).bit_length()


def _queues(plan: Plan) -> Ints:
    """[n_op] the queue in which lots of each BOARD wait; NONE for others."""
    queue = np.full(len(plan.operations.kind), NONE, np.int32)
    boards = np.flatnonzero(np.diff(plan.boardings.ptr))
    queue[boards] = plan.calls.queue[plan.boardings.call_from[plan.boardings.ptr[boards]]]
    return queue
