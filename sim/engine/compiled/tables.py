"""The tables of one run of the kernel: built from a plan and its draws, made longer, and read as a trace.

The tables of the trace begin at the most rows that a run can write: memory that is never written
to is never taken. Pools begin small and are doubled when the kernel asks.
"""

from __future__ import annotations

import numpy as np

from sim.contract.draws import Draws
from sim.contract.plan import I32, Kind, Plan
from sim.contract.trace import Table, Trace
from sim.engine.compiled.calendar import BUCKETS, LAST, MOST_IDENTS, MOST_STEPS
from sim.engine.compiled.codes import (
    BATCHES_FULL,
    CAUSED_FULL,
    EVENTS_FULL,
    MOVERS_FULL,
    PAUSES_FULL,
    ROWS_FULL,
    WORKS_FULL,
)
from sim.engine.compiled.filling import fill
from sim.engine.compiled.layout import NONE, TABLES
from sim.engine.compiled.memory import Ints, Memory, aligned

#: What the kernel asks for -> the tables that grow together.
_GROWS = {
    EVENTS_FULL: ("events", "new_events", "later"),
    CAUSED_FULL: ("caused",),
    WORKS_FULL: ("works", "claims"),
    MOVERS_FULL: ("movers", "sizes", "held_needs"),
    BATCHES_FULL: ("batches",),
    ROWS_FULL: ("rows",),
    PAUSES_FULL: ("pauses",),
}
_SMALLEST = 512


class Tables:
    """All memory of one run. ``state`` is the kernel's argument; it is valid as long as this object lives.

    ``units`` [n_facility]: of how many units it is told ahead when they come free (``foresight``); 0 = of none.
    """

    def __init__(self, plan: Plan, draws: Draws, units: I32) -> None:
        self.plan, self.draws = plan, draws
        self.memory = Memory()
        self.state, self.held = self.memory.state, self.memory.held
        others = len(plan.vessels.name) + len(plan.facilities.name) + len(plan.queue_bans.name)
        assert draws.n_lot + others < MOST_IDENTS
        self.needs_of_op = np.diff(plan.needs.ptr)
        fill(self.memory, plan, draws, units)
        self._set_pools()
        self._set_trace()

    def grow(self, status: int) -> None:
        """Double the tables that the kernel found too small."""
        for name in _GROWS[status]:
            old = self.held[name]
            longer = aligned(np.zeros, 2 * len(old), old.dtype)
            longer[: len(old)] = old
            if name == "events":
                longer["first"][len(old) :] = LAST
            self.memory.hold(name, longer)
        if status == CAUSED_FULL:
            self._straighten()
        self._tell_room()

    def trace(self) -> Trace:
        """What the run has left behind, without copies."""
        s = self.state[0]
        movers = self.held["movers"][: s["movers_top"]]
        on_the_way = movers[movers["alive"] & (movers["train"] == NONE)]
        lots, done = self.held["lots"], int(s["n_lots"])
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
        table = self.held[name]
        return table.view(np.int32).reshape(len(table), -1)[:rows]

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
        reserve = (longest + 4) * most_claims + 4 * len(plan.vessels.name) + len(plan.queue_bans.name) + 64
        s["most_claims"], s["most_held"], self._reserve = most_claims, most_held, reserve
        room = _power_of_two(max(_SMALLEST, 2 * reserve))
        events = (
            room + len(plan.facilities.name) + len(plan.vessels.name) + len(plan.queue_bans.name) + 1
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
            "later": events,
            "caused": 2 * room * _power_of_two(most_claims + 1),
            "pauses": 2 * room,
        }
        for name, length in lengths.items():
            self.memory.new(name, length)
        self.held["events"]["first"] = LAST
        self.memory.new("buckets", BUCKETS, value=NONE)
        self.memory.new("filled", BUCKETS // 64)
        s["present"], s["window_end"], s["far"], s["later_free"] = -1, BUCKETS, NONE, NONE

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
            self.memory.hold(name, aligned(np.empty, length + 1, TABLES[name]))
        self.memory.hold("calls", aligned(np.empty, calls + 1, TABLES["calls"]))
        self.memory.hold("lots", aligned(np.empty, draws.n_lot + 1, TABLES["lots"]))
        self._tell_room()

    def _by_program(self, by_op: Ints) -> Ints:
        """Sum over the steps of each program."""
        total = np.append(0, np.cumsum(by_op[self.plan.programs.op], dtype=np.int64))
        return np.diff(total[self.plan.programs.ptr])

    def _tell_room(self) -> None:
        """How much may be in use before an action, so that there is room for all that it can add."""
        s = self.state
        room = {
            name: len(self.held[name]) for name in ("events", "caused", "works", "movers", "batches", "rows", "pauses")
        }
        for name in ("events", "works", "batches", "rows"):
            s[f"{name}_most"] = room[name] - self._reserve
        s["movers_most"], s["pauses_most"], s["caused_room"] = room["movers"] - 8, room["pauses"], room["caused"]
        # what is caused: each waiting work may be granted, with its other facilities, each mover may proceed
        caused = room["works"] * int(s["most_claims"][0]) + room["movers"] + len(self.plan.vessels.name)
        s["caused_most"] = room["caused"] - caused

    def _straighten(self) -> None:
        """A ring that has become longer: what it held moves to its beginning."""
        s, ring = self.state, self.held["caused"]
        old, first, count = len(ring) // 2, int(s["first_caused"][0]), int(s["n_caused"][0])
        ring[:count] = ring[(first + np.arange(count)) % old]
        s["first_caused"] = 0


def _power_of_two(least: int) -> int:
    return 1 << (least - 1).bit_length()
