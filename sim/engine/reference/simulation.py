"""The reference engine: interprets a plan with SimPy, to be read and extended.

``simulate`` is a deterministic function of its arguments. Lots and trains are movers that run
through their programs; ``trains.py``, ``ships.py``, ``stocks.py`` and ``choices.py`` have what their
names say, ``facility.py`` the queues, ``calendar.py`` the order of events. Nothing is measured here: the trace is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from sim.clock import DAY_S, NEVER_S
from sim.contract.draws import Draws
from sim.contract.plan import Kind, Plan
from sim.contract.trace import ROW, Trace, refuse_long_clock
from sim.engine.interruption import ask
from sim.engine.reference.calendar import ARRIVAL, Calendar, key
from sim.engine.reference.choices import Choices
from sim.engine.reference.deadlock import refuse_deadlock
from sim.engine.reference.facility import Facilities, Work
from sim.engine.reference.mover import Mover
from sim.engine.reference.recorder import END as ROW_END
from sim.engine.reference.recorder import RELEASE, START, Recorder
from sim.engine.reference.ships import Ships
from sim.engine.reference.stocks import Stocks
from sim.engine.reference.trains import Trains

# the kinds as plain numbers: looking up a member of an enumeration takes longer than what is done with it
PROCESS, ACQUIRE, RELEASE_OP, GATHER, SPLIT, BOARD, CHOOSE, MEET = map(
    int, (Kind.PROCESS, Kind.ACQUIRE, Kind.RELEASE, Kind.GATHER, Kind.SPLIT, Kind.BOARD, Kind.CHOOSE, Kind.MEET)
)
#: Deadlock is looked for this often in simulated time: ships keep cycling, so the end never shows it.
LOOK_FOR_DEADLOCK_S = 30 * DAY_S


def simulate(plan: Plan, draws: Draws) -> Trace:
    """Run one replication.

    Arguments: the plan shared by all replications and one replication's draws. Returns the trace.
    Raises ``DeadlockError`` when movers wait for what can never come, ``EndlessLoopError`` when steps without duration
    follow one another for ever, ``DrawsExhausted`` when the pre-drawn voyages do not suffice, ``RunError`` for a clock
    beyond its range.
    """
    refuse_long_clock(draws.end_s)
    return Simulation(plan, draws).run()


class Simulation:
    """State of one run."""

    def __init__(self, plan: Plan, draws: Draws) -> None:
        self.plan, self.draws = plan, draws
        self.calendar = Calendar(draws.end_s)
        self.record = Recorder()
        self.facilities = Facilities(self.calendar, plan, draws, self.record.pauses)
        self.facilities.resumed = self._schedule_ends
        self.of_need = self.facilities.of_need
        self.kind = plan.op_kind.tolist()
        self.keeps = plan.op_keeps.tolist()
        self.program_op = plan.program_op.tolist()
        self.needs = list(zip(plan.need_ptr[:-1].tolist(), plan.need_ptr[1:].tolist(), strict=True))
        self.need_units = plan.need_units.tolist()
        self.need_measure = plan.need_measure.tolist()
        #: of each operation: its needs (first, after the last), and of the first: facility, units, measure, side
        self.asks = [
            (a, b, self.of_need[a], self.need_units[a], self.need_measure[a], side)
            for (a, b), side in zip(self.needs, plan.op_side.tolist(), strict=True)
        ]
        self.is_quota = [facility is not None and bool(facility.resets_s) for _, _, facility, *_ in self.asks]
        self.variants = [plan.variant_s[a:b].tolist() for a, b in
                         zip(plan.op_variant_ptr[:-1], plan.op_variant_ptr[1:], strict=True)]  # fmt: skip
        self.program_draw = plan.program_draw.tolist()
        self.lot_draw = memoryview(draws.lot_draw)  # type: ignore[arg-type]
        self.hold_s, self.move_s = memoryview(draws.hold_s), memoryview(draws.move_s)  # type: ignore[arg-type]
        # arrivals in order of (time, identifier); the calendar holds only the next one
        times = draws.lot_time_s.tolist()
        self.arrival_order = sorted((i for i, t in enumerate(times) if t < NEVER_S), key=times.__getitem__)
        self.next_arrival = 0
        self.reported_left = int(draws.lot_reported.sum())
        self.alive: dict[int, Mover] = {}
        self.stocks = Stocks(self)
        self.facilities.stocks = self.stocks
        self.choices = Choices(self)
        self.trains = Trains(self)
        self.ships = Ships(self)
        if not self.reported_left:
            self.calendar.stop_s = min(draws.end_s, draws.period_end_s)

    def run(self) -> Trace:
        """Run to the landing of the last reported lot, or to the end of the run-out."""
        calendar = self.calendar
        self._schedule_arrival()
        self.ships.set_out()
        look_s = LOOK_FOR_DEADLOCK_S
        while calendar.run_before(look_s):
            ask()
            refuse_deadlock(self)
            look_s += LOOK_FOR_DEADLOCK_S
        refuse_deadlock(self)
        for mover in self.alive.values():
            self.record.lots.extend((mover.ident, mover.born_s, -1))
        return self.record.trace(calendar.stop_s, calendar.events)

    # -- arrivals and the end of a journey

    def _schedule_arrival(self) -> None:
        if self.next_arrival < len(self.arrival_order):
            lot = self.arrival_order[self.next_arrival]
            self.next_arrival += 1
            self.calendar.at(int(self.draws.lot_time_s[lot]), key(ARRIVAL, lot), self._arrive, lot)

    def _arrive(self, event: Any) -> None:
        lot: int = event._value
        draws = self.draws
        first_step = int(self.plan.program_ptr[draws.lot_program[lot]])
        mover = Mover(lot, self.calendar.now, int(draws.lot_priority[lot]), first_step, draws.lot_size[lot].tolist(),
                      int(draws.lot_draw[lot]))  # fmt: skip
        self.alive[lot] = mover
        self._schedule_arrival()
        self.proceed(mover)

    def wake(self, lot: int, need: int, units: int) -> None:
        """A sleeping lot sets out with units that leave a stock by ``need``."""
        first_step = int(self.plan.program_ptr[self.draws.lot_program[lot]])
        size = self._woken_size(lot, need, units)
        self.record.instant_row(lot, -1, need, units, self.calendar.now)
        mover = Mover(lot, self.calendar.now, int(self.draws.lot_priority[lot]), first_step, size,
                      int(self.draws.lot_draw[lot]))  # fmt: skip
        self.alive[lot] = mover
        self.calendar.soon((self.proceed, mover))

    def _woken_size(self, lot: int, need: int, units: int) -> list[int]:
        """What a lot takes of every measure with its units; where they are counted one by one, they alone."""
        own, measure = self.draws.lot_size[lot].tolist(), self.need_measure[need]
        if self.need_units[need] or not own[measure]:
            return [units if k == measure else 0 for k in range(len(own))]
        return [units * size // own[measure] for size in own]

    def _finish(self, mover: Mover) -> None:
        self.choices.remember(mover)
        del self.alive[mover.ident]
        self.record.lots.extend((mover.ident, mover.born_s, self.calendar.now))
        if self.draws.lot_reported[mover.ident]:
            self.reported_left -= 1
            if self.reported_left == 0:
                self.calendar.stop_s = min(self.calendar.stop_s, max(self.calendar.now, self.draws.period_end_s))

    # -- the interpreter

    def proceed(self, mover: Mover) -> None:
        """Begin the mover's next operations until one takes time or waits."""
        while True:
            op = self.program_op[mover.step]
            kind = self.kind[op]
            if kind == PROCESS:
                if self._process(mover, op):
                    return None
                mover.step += 1  # not concerned: passes
            elif kind == ACQUIRE:
                work = self._ask(mover, op, self._acquired_later)
                if not self.facilities.request(work):
                    mover.waits = work
                    return None
                self._acquired(work)
            elif kind == RELEASE_OP:
                self._release(mover, op)
            elif kind == GATHER:
                return self.trains.gather(mover, op)
            elif kind == SPLIT:
                return self.trains.split(mover, op)
            elif kind == BOARD:
                self.free_kept(mover)
                return self.ships.join_queue(mover, op)
            elif kind == CHOOSE:
                self.choices.choose(mover, op)
            elif kind == MEET:
                for one in (mover, *mover.members):
                    self.choices.remember(one)
                mover.step += 1
            else:
                self.free_kept(mover)
                return self._finish(mover)

    def durations(self, mover_ident: int, op: int, step: int, offset: int = 0) -> tuple[int, int]:
        """(hold, move) in seconds as of now, from the block of lot ``mover_ident``, ``offset`` slots on."""
        at = self.lot_draw[mover_ident] + self.program_draw[step] + offset
        if self.variants[op]:
            at += bisect_right(self.variants[op], self.calendar.now)
        return self.hold_s[at], self.move_s[at]

    def load(self, size: list[int], need: int) -> int:
        """Units that a mover of this size takes of a need."""
        return self.need_units[need] or size[self.need_measure[need]]

    def _ask(self, mover: Mover, op: int, started: Callable[[Work], None], hold_s: int = 0, move_s: int = 0) -> Work:
        """The claim of a mover's operation, with its rows in the trace."""
        need, last, facility, units, measure, side = self.asks[op]
        units = units or mover.size[measure]
        rows = self.record.rows
        row = len(rows)
        rows.extend((mover.ident, mover.train, need, units, self.calendar.now, -1, -1, -1))
        work = Work(mover, op, mover.step, need, facility, units, row, started, None, hold_s, move_s, side)
        if last - need > 1:
            loads = [(k, self.load(mover.size, k)) for k in range(need + 1, last)]
            for k, units in loads:
                self.record.open_row(mover.ident, mover.train, k, units, self.calendar.now)
            work.more = tuple((k, f, units) for k, units in loads if (f := self.of_need[k]) is not None)
        return work

    def _process(self, mover: Mover, op: int) -> bool:
        at = mover.draws + self.program_draw[mover.step]
        if self.variants[op]:
            at += bisect_right(self.variants[op], self.calendar.now)
        hold, move = self.hold_s[at], self.move_s[at]
        if hold < 0:
            return False
        work = self._ask(mover, op, self._started, move if self.keeps[op] else hold, move)
        if not self.facilities.request(work):
            mover.waits = work
        elif mover.kept is None and not self.is_quota[op]:
            self.run_work(work)
        else:
            self._begin(work)
        return True

    def _started(self, work: Work) -> None:
        """Granted after a wait: the durations in force now count."""
        work.owner.waits = None
        if self.variants[work.op]:
            hold, move = self.durations(work.owner.ident, work.op, work.step)
            work.hold_left, work.move_left = move if self.keeps[work.op] else max(hold, 0), move
        self._begin(work)

    def _begin(self, work: Work) -> None:
        if work.owner.kept is not None:
            self.free_kept(work.owner)
        if self.is_quota[work.op]:  # a pass is used up until the quota's next reset
            assert work.facility is not None
            work.hold_left = work.facility.next_reset_s(self.calendar.now) - self.calendar.now
        self.run_work(work)

    def run_work(self, work: Work) -> None:
        """Let granted work take its time: units for ``hold_left`` seconds, the owner for ``move_left``."""
        self.record.rows[work.row + START] = work.began_s = work.since_s = self.calendar.now
        if work.facility is None:
            work.hold_left = work.move_left
        elif work.facility.stops_work:
            work.facility.at_work.append(work)
        self._schedule_ends(work)

    def _schedule_ends(self, work: Work) -> None:
        calendar, hold_s, move_s = self.calendar, work.hold_left, work.move_left
        order = work.owner.ends + 2 * work.step  # its own among the ends of this instant
        if hold_s == move_s:
            ended = self._end_kept if self.keeps[work.op] else self._end_both
            calendar.at(calendar.now + move_s, order, ended, work, work.version)
        else:
            calendar.at(calendar.now + hold_s, order, self._end_hold, work, work.version)
            if move_s >= 0:
                calendar.at(calendar.now + move_s, order + 1, self._end_move, work, work.version)

    def _end_both(self, event: Any) -> None:
        """Units come free, then the owner goes on."""
        work: Work = event._value
        if event.version != work.version:
            return
        rows = self.record.rows
        rows[work.row + ROW_END] = rows[work.row + RELEASE] = self.calendar.now
        if work.facility is not None:
            self.facilities.end_work(work.facility, work)
        self._go_on(work)

    def _end_hold(self, event: Any) -> None:
        work: Work = event._value
        if event.version != work.version:
            return
        work.hold_left = -1
        self.record.rows[work.row + RELEASE] = self.calendar.now
        assert work.facility is not None  # else units and owner would not part
        self.facilities.end_work(work.facility, work)

    def _end_move(self, event: Any) -> None:
        work: Work = event._value
        if event.version != work.version:
            return
        work.move_left = -1
        self.record.rows[work.row + ROW_END] = self.calendar.now
        self._go_on(work)

    def _end_kept(self, event: Any) -> None:
        """The work is done, but its units stay taken: no closing can stop it any more."""
        work: Work = event._value
        if event.version != work.version:
            return
        self.record.rows[work.row + ROW_END] = self.calendar.now
        assert work.facility is not None  # only units can be kept
        if work.facility.stops_work:
            work.facility.at_work.remove(work)
        work.owner.kept = work
        self._go_on(work)

    def _go_on(self, work: Work) -> None:
        if work.ended is not None:
            work.ended(work)
        else:
            work.owner.step += 1
            if self.calendar.caused:  # somebody was caused before: the owner comes after
                self.calendar.soon((self.proceed, work.owner))
            else:
                self.proceed(work.owner)

    def free_kept(self, mover: Mover) -> None:
        """The next operation is granted: units kept by blocking come free."""
        if mover.kept is not None:
            work, mover.kept = mover.kept, None
            self.record.rows[work.row + RELEASE] = self.calendar.now
            assert work.facility is not None
            self.facilities.give_back(work.facility, work.units)

    # -- taking and returning units over several operations

    def _acquired_later(self, work: Work) -> None:
        self._acquired(work)
        self.proceed(work.owner)

    def _acquired(self, work: Work) -> None:
        mover: Mover = work.owner
        mover.waits = None
        self.free_kept(mover)
        for nth, (need, facility, _) in enumerate(work.claims()):
            at = work.row + nth * len(ROW)
            for column in (START, ROW_END, RELEASE):
                self.record.rows[at + column] = self.calendar.now
            if not facility.stock:
                mover.held[facility.index] = need
        mover.step += 1

    def _release(self, mover: Mover, op: int) -> None:
        first, last = self.needs[op]
        self.free_kept(mover)
        mover.step += 1
        for k in range(first, last):
            units = self.load(mover.size, k)
            self.record.instant_row(mover.ident, mover.train, k, units, self.calendar.now)
            facility = self.of_need[k]
            assert facility is not None  # a RELEASE names what it returns
            for one in (mover, *mover.members):
                one.held.pop(facility.index, None)
            self.stocks.returned(facility.index, units)
            self.facilities.give_back(facility, units)
