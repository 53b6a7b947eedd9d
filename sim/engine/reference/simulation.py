"""The reference engine: interprets a plan with SimPy, to be read and extended.

``simulate`` is a deterministic function of its arguments. Lots and trains are movers that run through their programs;
``trains.py``, ``ships.py``, ``stocks.py``, ``choices.py`` and ``weighings.py`` have what their names say, ``facility.py`` the queues,
``works.py`` the time of work, ``calendar.py`` the order of events, ``state.py`` what they share. Nothing is measured
here: the trace is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from sim.clock import NEVER_S
from sim.contract.draws import Draws
from sim.contract.plan import Kind, Plan
from sim.contract.trace import ROW, Trace, refuse_long_clock
from sim.engine.interruption import ask
from sim.engine.reference.calendar import key
from sim.engine.reference.choices import Choices
from sim.engine.reference.deadlock import refuse_deadlock
from sim.engine.reference.facility import Work
from sim.engine.reference.mover import Mover
from sim.engine.reference.queue_bans import QueueBans
from sim.engine.reference.recorder import END as ROW_END
from sim.engine.reference.recorder import RELEASE, START
from sim.engine.reference.ships import Ships
from sim.engine.reference.state import State
from sim.engine.reference.stocks import Stocks
from sim.engine.reference.trains import Trains
from sim.engine.reference.weighings import Weighings
from sim.engine.reference.works import Works
from sim.engine.rules import ARRIVAL, LOOK_FOR_DEADLOCK_S

# the kinds as plain numbers: looking up a member of an enumeration takes longer than what is done with it
PROCESS, ACQUIRE, RELEASE_OP, GATHER, SPLIT, BOARD = map(
    int, (Kind.PROCESS, Kind.ACQUIRE, Kind.RELEASE, Kind.GATHER, Kind.SPLIT, Kind.BOARD)
)
CHOOSE, MEET, WEIGH = map(int, (Kind.CHOOSE, Kind.MEET, Kind.WEIGH))


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
    """One run: the interpreter of programs, with what it hands movers to."""

    def __init__(self, plan: Plan, draws: Draws) -> None:
        self.plan, self.draws = plan, draws
        self.state = state = State(plan, draws)
        self.calendar, self.record, self.facilities = state.calendar, state.record, state.facilities
        self.alive, self.variants, self.needs = state.alive, state.variants, state.needs
        self.program_draw, self.hold_s, self.move_s = state.program_draw, state.hold_s, state.move_s
        self.of_need = self.facilities.of_need
        self.kind = plan.operations.kind.tolist()
        self.keeps = plan.operations.keeps.tolist()
        self.program_op = plan.programs.op.tolist()
        #: of each operation: its needs (first, after the last), and of the first: facility, units, measure, side
        self.asks = [
            (a, b, self.of_need[a], state.need_units[a], state.need_measure[a], side)
            for (a, b), side in zip(self.needs, plan.operations.side.tolist(), strict=True)
        ]
        self.is_quota = [facility is not None and bool(facility.resets_s) for _, _, facility, *_ in self.asks]
        # arrivals in order of (time, identifier); the calendar holds only the next one
        times = draws.lot_time_s.tolist()
        self.arrival_order = sorted((i for i, t in enumerate(times) if t < NEVER_S), key=times.__getitem__)
        self.next_arrival = 0
        self.reported_left = int(draws.lot_reported.sum())
        self.works = Works(state, self.proceed)
        self.run_work, self.free_kept = self.works.run, self.works.free_kept
        self.stocks = Stocks(state, self.wake)
        self.facilities.taken = self.stocks.taken
        self.choices = Choices(state)
        self.weighings = Weighings(state)
        self.trains = Trains(state, self.works, self.proceed)
        self.ships = Ships(state, self.works, self.proceed)
        self.queue_bans = QueueBans(state, self._depart)
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
            refuse_deadlock(self.state, self.ships.vessels)
            look_s += LOOK_FOR_DEADLOCK_S
        refuse_deadlock(self.state, self.ships.vessels)
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
        lot: int = event.what
        self._schedule_arrival()
        if not self.queue_bans.refuses(lot):
            self._depart(lot)
        elif self.queue_bans.is_lost(lot):
            self._no_longer_expected(lot)

    def _depart(self, lot: int) -> None:
        draws = self.draws
        first_step = int(self.plan.programs.ptr[draws.lot_program[lot]])
        mover = Mover(
            lot,
            self.calendar.now,
            int(draws.lot_priority[lot]),
            first_step,
            draws.lot_size[lot].tolist(),
            int(draws.lot_draw[lot]),
        )
        self.alive[lot] = mover
        self.calendar.soon((self.proceed, mover))

    def wake(self, lot: int, need: int, units: int) -> None:
        """A sleeping lot sets out with units that leave a stock by ``need``."""
        first_step = int(self.plan.programs.ptr[self.draws.lot_program[lot]])
        size = self._woken_size(lot, need, units)
        self.record.instant_row(lot, -1, need, units, self.calendar.now)
        mover = Mover(
            lot, self.calendar.now, int(self.draws.lot_priority[lot]), first_step, size, int(self.draws.lot_draw[lot])
        )
        self.alive[lot] = mover
        self.calendar.soon((self.proceed, mover))

    def _woken_size(self, lot: int, need: int, units: int) -> list[int]:
        """What a lot takes of every measure with its units; where they are counted one by one, they alone."""
        own, measure = self.draws.lot_size[lot].tolist(), self.state.need_measure[need]
        if self.state.need_units[need] or not own[measure]:
            return [units if k == measure else 0 for k in range(len(own))]
        return [units * size // own[measure] for size in own]

    def _finish(self, mover: Mover) -> None:
        self.choices.remember(mover)
        self.weighings.came(mover)
        del self.alive[mover.ident]
        self.record.lots.extend((mover.ident, mover.born_s, self.calendar.now))
        self._no_longer_expected(mover.ident)

    def _no_longer_expected(self, lot: int) -> None:
        """A lot has ended or will never depart: the run ends with the last one that is reported."""
        if self.draws.lot_reported[lot]:
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
            elif kind == WEIGH:
                self.weighings.weigh(mover, op)
            elif kind == MEET:
                for one in (mover, *mover.members):
                    self.choices.remember(one)
                mover.step += 1
            else:
                self.free_kept(mover)
                return self._finish(mover)

    def _ask(self, mover: Mover, op: int, started: Callable[[Work], None], hold_s: int = 0, move_s: int = 0) -> Work:
        """The claim of a mover's operation, with its rows in the trace."""
        need, last, facility, units, measure, side = self.asks[op]
        units = units or mover.size[measure]
        rows = self.record.rows
        row = len(rows)
        rows.extend((mover.ident, mover.train, need, units, self.calendar.now, -1, -1, -1))
        work = Work(mover, op, mover.step, need, facility, units, row, started, None, hold_s, move_s, side)
        if last - need > 1:
            loads = [(k, self.state.load(mover.size, k)) for k in range(need + 1, last)]
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
            hold, move = self.state.durations(work.owner.ident, work.op, work.step)
            work.hold_left, work.move_left = move if self.keeps[work.op] else max(hold, 0), move
        self._begin(work)

    def _begin(self, work: Work) -> None:
        if work.owner.kept is not None:
            self.free_kept(work.owner)
        if self.is_quota[work.op]:  # a pass is used up until the quota's next reset
            assert work.facility is not None
            work.hold_left = work.facility.next_reset_s(self.calendar.now) - self.calendar.now
        self.run_work(work)

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
            units = self.state.load(mover.size, k)
            self.record.instant_row(mover.ident, mover.train, k, units, self.calendar.now)
            facility = self.of_need[k]
            assert facility is not None  # a RELEASE names what it returns
            for one in (mover, *mover.members):
                one.held.pop(facility.index, None)
            self.stocks.returned(facility.index, units)
            self.facilities.give_back(facility, units)
