"""The reference engine: interprets a plan with SimPy, to be read and extended.

``simulate`` is a deterministic function of its arguments. Lots and trains are movers that run
through their programs; ``ships.py`` has the vessels, ``facility.py`` the queues, ``calendar.py`` the
order of events. Nothing is measured here: the trace is.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from sim.clock import DAY_S, LONGEST_CLOCK_S, NEVER_S
from sim.engine.calendar import ARRIVAL, DEADLINE, END, Calendar, key
from sim.engine.deadlock import refuse_deadlock
from sim.engine.facility import Facilities, Work
from sim.engine.recorder import END as ROW_END
from sim.engine.recorder import LEFT, RELEASE, START, Recorder
from sim.engine.ships import Ships
from sim.engine.stocks import Stocks
from sim.engine.trace import Trace
from sim.errors import RunError
from sim.model.arrays import Kind, Luck, Plan

#: Deadlock is looked for this often in simulated time: ships keep cycling, so the end never shows it.
LOOK_FOR_DEADLOCK_S = 30 * DAY_S


def simulate(plan: Plan, luck: Luck) -> Trace:
    """Run one replication.

    Arguments: the plan shared by all replications and one replication's draws. Returns the trace.
    Raises ``DeadlockError`` when movers wait for what can never come, ``DrawsExhausted`` when the
    pre-drawn voyages do not suffice, ``RunError`` for a clock beyond 100 years.
    """
    if luck.end_s > LONGEST_CLOCK_S:
        raise RunError("the run would last longer than 100 years")
    return Simulation(plan, luck).run()


class Mover:
    """A lot, or a train of lots, on its way. A train acts under the identifier of its oldest lot."""

    __slots__ = ("born_s", "chosen", "held", "ident", "join_row", "kept", "member_row", "members", "priority", "row",
                 "size", "step", "train", "waits")  # fmt: skip

    def __init__(self, ident: int, born_s: int, priority: int, step: int, size: list[int]) -> None:
        self.ident, self.born_s, self.priority, self.step, self.size = ident, born_s, priority, step, size
        self.train = -1
        self.members: list[Mover] = []
        self.kept: Work | None = None  # ended work whose units wait for the next grant
        self.held: dict[int, int] = {}  # facility -> the need by which units were acquired
        self.row = self.join_row = self.member_row = -1
        self.chosen: tuple[int, int, int] | None = None  # operation, branch, when
        self.waits: Any = None  # what it waits for, read by the deadlock search


class Simulation:
    """State of one run."""

    def __init__(self, plan: Plan, luck: Luck) -> None:
        self.plan, self.luck = plan, luck
        self.calendar = Calendar()
        self.record = Recorder()
        self.facilities = Facilities(self.calendar, plan, luck, self.record.pauses)
        self.facilities.resumed = self._schedule_ends
        self.kind = plan.op_kind.tolist()
        self.keeps, self.side = plan.op_keeps.tolist(), plan.op_side.tolist()
        self.program_op = plan.program_op.tolist()
        self.needs = list(zip(plan.need_ptr[:-1].tolist(), plan.need_ptr[1:].tolist(), strict=True))
        self.need_facility = plan.need_facility.tolist()
        self.need_units = plan.need_units.tolist()
        self.need_measure = plan.need_measure.tolist()
        self.variants = [plan.variant_s[a:b].tolist() for a, b in
                         zip(plan.op_variant_ptr[:-1], plan.op_variant_ptr[1:], strict=True)]  # fmt: skip
        self.program_draw = plan.program_draw.tolist()
        self.lot_draw = memoryview(luck.lot_draw)
        self.hold_s, self.move_s = memoryview(luck.hold_s), memoryview(luck.move_s)
        # arrivals in order of (time, identifier); the calendar holds only the next one
        times = luck.lot_time_s.tolist()
        self.arrival_order = sorted((i for i, t in enumerate(times) if t < NEVER_S), key=times.__getitem__)
        self.next_arrival = 0
        self.gathering: dict[int, list[Mover]] = {}
        self.trains = 0
        self.end_s = luck.end_s
        self.reported_left = int(luck.lot_reported.sum())
        self.alive: dict[int, Mover] = {}
        self.stocks = Stocks(self)
        self.facilities.stocks = self.stocks
        self.choose_ptr, self.choose_target = plan.choose_ptr.tolist(), plan.choose_target.tolist()
        self.recent: dict[int, deque[int]] = {}  # branch -> its last journeys
        self.ships = Ships(self)
        if not self.reported_left:
            self.end_s = min(self.end_s, luck.period_end_s)

    def run(self) -> Trace:
        """Run to the landing of the last reported lot, or to the end of the run-out."""
        calendar = self.calendar
        self._schedule_arrival()
        self.ships.set_out()
        calendar.settle()
        next_look = LOOK_FOR_DEADLOCK_S
        while (at := calendar.next_time()) <= self.end_s:
            if at >= next_look:
                refuse_deadlock(self)
                next_look = at + LOOK_FOR_DEADLOCK_S
            calendar.step()
        refuse_deadlock(self)
        for mover in self.alive.values():
            self.record.lots.extend((mover.ident, mover.born_s, -1))
        return self.record.trace(int(self.end_s), calendar.events)

    # -- arrivals and the end of a journey

    def _schedule_arrival(self) -> None:
        if self.next_arrival < len(self.arrival_order):
            lot = self.arrival_order[self.next_arrival]
            self.next_arrival += 1
            self.calendar.at(int(self.luck.lot_time_s[lot]), key(ARRIVAL, lot), self._arrive, lot)

    def _arrive(self, event: Any) -> None:
        lot: int = event._value
        luck = self.luck
        first_step = int(self.plan.program_ptr[luck.lot_program[lot]])
        mover = Mover(lot, self.calendar.now, int(luck.lot_priority[lot]), first_step, luck.lot_size[lot].tolist())
        self.alive[lot] = mover
        self._schedule_arrival()
        self.proceed(mover)

    def wake(self, lot: int, stock: int, units: int) -> None:
        """A sleeping lot sets out with units of a stock."""
        first_step = int(self.plan.program_ptr[self.luck.lot_program[lot]])
        size = [0] * self.luck.lot_size.shape[1]
        size[self.stocks.measure[stock]] = units
        mover = Mover(lot, self.calendar.now, int(self.luck.lot_priority[lot]), first_step, size)
        self.alive[lot] = mover
        self.calendar.soon(self.proceed, mover)

    def _finish(self, mover: Mover) -> None:
        if mover.chosen is not None:
            op, branch, since_s = mover.chosen
            last = self.recent.setdefault(branch, deque(maxlen=int(self.plan.choose_memory[op])))
            last.append(self.calendar.now - since_s)
        del self.alive[mover.ident]
        self.record.lots.extend((mover.ident, mover.born_s, self.calendar.now))
        if self.luck.lot_reported[mover.ident]:
            self.reported_left -= 1
            if self.reported_left == 0:
                self.end_s = min(self.end_s, max(self.calendar.now, self.luck.period_end_s))

    # -- the interpreter

    def proceed(self, mover: Mover) -> None:
        """Begin the mover's next operations until one takes time or waits."""
        while True:
            op = self.program_op[mover.step]
            kind = self.kind[op]
            if kind == Kind.PROCESS:
                if self._process(mover, op):
                    return None
                mover.step += 1  # not concerned: passes
            elif kind == Kind.ACQUIRE:
                work = self._ask(mover, op)
                if not self.facilities.request(work):
                    mover.waits = work
                    return None
                self._acquired(work)
            elif kind == Kind.RELEASE:
                self._release(mover, op)
            elif kind == Kind.GATHER:
                return self._gather(mover, op)
            elif kind == Kind.SPLIT:
                return self._split(mover, op)
            elif kind == Kind.BOARD:
                self.free_kept(mover)
                return self.ships.join_queue(mover, op)
            elif kind == Kind.CHOOSE:
                self._choose(mover, op)
            else:
                self.free_kept(mover)
                return self._finish(mover)

    def durations(self, mover_ident: int, op: int, step: int) -> tuple[int, int]:
        """(hold, move) in seconds as of now, from the block of lot ``mover_ident``."""
        at = self.lot_draw[mover_ident] + self.program_draw[step]
        for since in self.variants[op]:
            if since > self.calendar.now:
                break
            at += 1
        return self.hold_s[at], self.move_s[at]

    def load(self, size: list[int], need: int) -> int:
        """Units that a mover of this size takes of a need."""
        return self.need_units[need] or size[self.need_measure[need]]

    def _ask(self, mover: Mover, op: int) -> Work:
        first, last = self.needs[op]
        units = tuple(self.load(mover.size, k) for k in range(first, last))
        row = self.record.open_row(mover.ident, mover.train, first, units[0], self.calendar.now)
        for k in range(first + 1, last):
            self.record.open_row(mover.ident, mover.train, k, units[k - first], self.calendar.now)
        started = self._started if self.kind[op] == Kind.PROCESS else self._acquired_later
        return Work(mover, mover.ident, mover.priority, op, mover.step, (first, last), units, row, started, None,
                    self.side[op])  # fmt: skip

    def _process(self, mover: Mover, op: int) -> bool:
        hold, move = self.durations(mover.ident, op, mover.step)
        if hold < 0:
            return False
        work = self._ask(mover, op)
        if self.facilities.request(work, move if self.keeps[op] else hold):
            self._started(work)
        else:
            mover.waits = work
        return True

    def _started(self, work: Work) -> None:
        mover: Mover = work.owner
        mover.waits = None
        self.free_kept(mover)
        hold, move = self.durations(mover.ident, work.op, work.step)
        f = self.need_facility[work.first_need]
        if f >= 0 and self.facilities.items[f].resets_s:  # a pass is used up until the quota's next day
            hold = self.facilities.items[f].next_reset_s(self.calendar.now) - self.calendar.now
        self.run_work(work, move if self.keeps[work.op] else max(hold, 0), move)

    def run_work(self, work: Work, hold_s: int, move_s: int) -> None:
        """Let granted work take its time: units for ``hold_s``, the owner for ``move_s``."""
        self.record.rows[work.row + START] = work.began_s = work.since_s = self.calendar.now
        f = self.need_facility[work.first_need]
        work.hold_left, work.move_left = (hold_s if f >= 0 else move_s), move_s
        if f >= 0:
            self.facilities.track(work, self.facilities.items[f])
        self._schedule_ends(work)

    def _schedule_ends(self, work: Work) -> None:
        calendar, now = self.calendar, self.calendar.now
        if work.hold_left == work.move_left:
            calendar.at(now + work.hold_left, key(END, work.ident, 2 * work.step), self._end_both, work, work.version)
        else:
            calendar.at(now + work.hold_left, key(END, work.ident, 2 * work.step), self._end_hold, work, work.version)
            if work.move_left >= 0:
                order = key(END, work.ident, 2 * work.step + 1)
                calendar.at(now + work.move_left, order, self._end_move, work, work.version)

    def _end_both(self, event: Any) -> None:
        if event.version == event._value.version:
            self._end_hold(event)
            self._end_move(event)

    def _end_hold(self, event: Any) -> None:
        work: Work = event._value
        if event.version != work.version or self.keeps[work.op]:
            return
        self.give_back(work)

    def _end_move(self, event: Any) -> None:
        work: Work = event._value
        if event.version != work.version:
            return
        work.move_left = -1
        self.record.rows[work.row + ROW_END] = self.calendar.now
        if self.keeps[work.op]:
            self.facilities.untrack(work, self.facilities.items[self.need_facility[work.first_need]])
            work.owner.kept = work
        if work.ended is not None:
            work.ended(work)
        else:
            work.owner.step += 1
            self.calendar.soon(self.proceed, work.owner)

    def give_back(self, work: Work) -> None:
        """End the work's hold on its units and serve who waits."""
        work.hold_left = -1
        self.record.rows[work.row + RELEASE] = self.calendar.now
        f = self.need_facility[work.first_need]
        if f >= 0:
            self.facilities.untrack(work, self.facilities.items[f])
            self.facilities.give_back(work.first_need, work.units[0])

    def free_kept(self, mover: Mover) -> None:
        """The next operation is granted: units kept by blocking come free."""
        if mover.kept is not None:
            work, mover.kept = mover.kept, None
            self.record.rows[work.row + RELEASE] = self.calendar.now
            self.facilities.give_back(work.first_need, work.units[0])

    # -- taking and returning units over several operations

    def _acquired_later(self, work: Work) -> None:
        self._acquired(work)
        self.proceed(work.owner)

    def _acquired(self, work: Work) -> None:
        mover: Mover = work.owner
        mover.waits = None
        self.free_kept(mover)
        for k in range(work.first_need, work.last_need):
            at = work.row + (k - work.first_need) * 8
            for column in (START, ROW_END, RELEASE):
                self.record.rows[at + column] = self.calendar.now
            if not self.facilities.items[self.need_facility[k]].stock:
                mover.held[self.need_facility[k]] = k
        mover.step += 1

    def _release(self, mover: Mover, op: int) -> None:
        first, last = self.needs[op]
        self.free_kept(mover)
        mover.step += 1
        for k in range(first, last):
            units = self.load(mover.size, k)
            self.record.instant_row(mover.ident, mover.train, k, units, self.calendar.now)
            for one in (mover, *mover.members):
                one.held.pop(self.need_facility[k], None)
            self.stocks.returned(self.need_facility[k], units)
            self.facilities.give_back(k, units)

    # -- choices

    def _choose(self, mover: Mover, op: int) -> None:
        """Take the branch of least cost; at equal cost the first."""
        drawn_at = self.lot_draw[mover.ident] + self.program_draw[mover.step]
        first, last = self.choose_ptr[op], self.choose_ptr[op + 1]
        costs = []
        for branch in range(first, last):
            time_s = 0
            if self.plan.choose_by_time[op]:
                journeys = self.recent.get(branch)
                time_s = sum(journeys) // len(journeys) if journeys else int(self.plan.choose_start_s[branch])
            costs.append(time_s + self.move_s[drawn_at + branch - first])
        chosen = costs.index(min(costs))
        mover.chosen = (op, first + chosen, self.calendar.now)
        self.record.instant_row(mover.ident, -1, self.needs[op][0], chosen, self.calendar.now)
        mover.step += self.choose_target[first + chosen]

    # -- trains

    def _gather(self, mover: Mover, op: int) -> None:
        self.free_kept(mover)
        mover.join_row = self.record.open_row(mover.ident, -1, self.needs[op][0], 0, self.calendar.now)
        waiting = self.gathering.setdefault(op, [])
        mover.waits = op
        waiting.append(mover)
        measure, target = int(self.plan.gather_measure[op]), int(self.plan.gather_units[op])
        if len(waiting) == 1:
            self._set_deadline(op, mover)
        while waiting and sum(m.size[measure] for m in waiting) >= target:
            self._form_train(op)

    def _set_deadline(self, op: int, head: Mover) -> None:
        wait_s = int(self.plan.gather_wait_s[op])
        if wait_s < NEVER_S:
            joined_s = self.record.rows[head.join_row + 4]
            when = max(joined_s + wait_s, self.calendar.now)
            self.calendar.at(when, key(DEADLINE, head.ident, head.step), self._deadline, (op, head, head.join_row))

    def _deadline(self, event: Any) -> None:
        op, head, join_row = event._value
        waiting = self.gathering[op]
        if waiting and waiting[0] is head and head.join_row == join_row:
            self._form_train(op)

    def _form_train(self, op: int) -> None:
        """The lots first in line that fit the target leave together; a larger one leaves alone."""
        waiting, now = self.gathering[op], self.calendar.now
        measure, target = int(self.plan.gather_measure[op]), int(self.plan.gather_units[op])
        lots, load = [], 0
        while waiting and (not lots or load + waiting[0].size[measure] <= target):
            lots.append(waiting.pop(0))
            load += lots[-1].size[measure]
        lead = min(lots, key=lambda m: (m.born_s, m.ident))
        train = Mover(lead.ident, lead.born_s, min(m.priority for m in lots), lead.step + 1,
                      [sum(column) for column in zip(*(m.size for m in lots), strict=True)])  # fmt: skip
        train.train, train.members = self.trains, lots
        self.trains += 1
        for lot in lots:
            lot.waits = train
            for column in (START, ROW_END, RELEASE):
                self.record.rows[lot.join_row + column] = now
            lot.member_row = len(self.record.members)
            self.record.members.extend((lot.ident, train.train, now, -1))
        if waiting:
            self._set_deadline(op, waiting[0])
        self.calendar.soon(self.proceed, train)

    def _split(self, train: Mover, op: int) -> None:
        self.free_kept(train)
        now = self.calendar.now
        self.record.instant_row(train.ident, train.train, self.needs[op][0], 0, now)
        travelled = train.step - next(m.step for m in train.members if m.ident == train.ident)
        for lot in train.members:
            lot.waits = None
            lot.step += travelled + 1  # all members' programs agree from the gathering to here
            self.record.members[lot.member_row + LEFT] = now
            lot.held.update(train.held)
            self.calendar.soon(self.proceed, lot)
