"""Trains of the reference engine: lots gather until they are enough or have waited long, and split again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from sim.clock import NEVER_S
from sim.engine.reference.calendar import key
from sim.engine.reference.mover import Mover
from sim.engine.reference.recorder import END as ROW_END
from sim.engine.reference.recorder import LEFT, RELEASE, REQUEST, START
from sim.engine.reference.state import State
from sim.engine.reference.works import Works
from sim.engine.rules import DEADLINE


class Trains:
    """Lots that wait for companions, by the operation at which they gather."""

    def __init__(self, state: State, works: Works, proceed: Callable[[Mover], None]) -> None:
        self.state, self.free_kept, self.proceed = state, works.free_kept, proceed
        self.gathering: dict[int, list[Mover]] = {}
        self.gathered: dict[int, int] = {}  # operation -> the sum of those that wait there
        self.formed = 0

    def gather(self, mover: Mover, op: int) -> None:
        self.free_kept(mover)
        need, now = self.state.needs[op][0], self.state.calendar.now
        mover.join_row = self.state.record.open_row(mover.ident, -1, need, 0, now)
        waiting = self.gathering.setdefault(op, [])
        mover.waits = op
        waiting.append(mover)
        measure, target = int(self.state.plan.gatherings.measure[op]), int(self.state.plan.gatherings.units[op])
        self.gathered[op] = self.gathered.get(op, 0) + mover.size[measure]
        if len(waiting) == 1:
            self._set_deadline(op, mover)
        while waiting and self.gathered[op] >= target:
            self._form_train(op)

    def _set_deadline(self, op: int, head: Mover) -> None:
        wait_s, joined_s = int(self.state.plan.gatherings.wait_s[op]), self.state.record.rows[head.join_row + REQUEST]
        if wait_s < 0:  # drawn for each lot; what was in force when it came counts
            at = head.draws + self.state.program_draw[head.step] + bisect_right(self.state.variants[op], joined_s)
            wait_s = self.state.move_s[at]
        if wait_s < NEVER_S:
            when = max(joined_s + wait_s, self.state.calendar.now)
            order = key(DEADLINE, head.ident, head.step)
            self.state.calendar.at(when, order, self._deadline, (op, head, head.join_row))

    def _deadline(self, event: Any) -> None:
        op, head, join_row = event.what
        waiting = self.gathering[op]
        if waiting and waiting[0] is head and head.join_row == join_row:
            self._form_train(op)

    def _form_train(self, op: int) -> None:
        """The lots first in line that fit the target leave together; a larger one leaves alone."""
        waiting, now = self.gathering[op], self.state.calendar.now
        measure, target = int(self.state.plan.gatherings.measure[op]), int(self.state.plan.gatherings.units[op])
        lots: list[Mover] = []
        load = 0
        while waiting and (not lots or load + waiting[0].size[measure] <= target):
            lots.append(waiting.pop(0))
            load += lots[-1].size[measure]
        self.gathered[op] -= load
        lead = min(lots, key=lambda m: (m.born_s, m.ident))
        train = Mover(
            lead.ident,
            lead.born_s,
            min(m.priority for m in lots),
            lead.step + 1,
            [sum(column) for column in zip(*(m.size for m in lots), strict=True)],
            lead.draws,
        )
        train.train, train.members = self.formed, lots
        self.formed += 1
        for lot in lots:
            lot.waits = train
            for column in (START, ROW_END, RELEASE):
                self.state.record.rows[lot.join_row + column] = now
            lot.member_row = len(self.state.record.members)
            self.state.record.members.extend((lot.ident, train.train, now, -1))
        if waiting:
            self._set_deadline(op, waiting[0])
        self.state.calendar.soon((self.proceed, train))

    def split(self, train: Mover, op: int) -> None:
        self.free_kept(train)
        now = self.state.calendar.now
        self.state.record.instant_row(train.ident, train.train, self.state.needs[op][0], 0, now)
        travelled = train.step - next(m.step for m in train.members if m.ident == train.ident)
        for lot in train.members:
            lot.waits = None
            lot.step += travelled + 1  # all members' programs agree from the gathering to here
            self.state.record.members[lot.member_row + LEFT] = now
            lot.held.update(train.held)
            self.state.calendar.soon((self.proceed, lot))
