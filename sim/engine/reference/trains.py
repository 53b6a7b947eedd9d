"""Trains of the reference engine: lots gather until they are enough or have waited long, and split again."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from sim.clock import NEVER_S
from sim.engine.reference.calendar import DEADLINE, key
from sim.engine.reference.mover import Mover
from sim.engine.reference.recorder import END as ROW_END
from sim.engine.reference.recorder import LEFT, RELEASE, REQUEST, START

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation


class Trains:
    """Lots that wait for companions, by the operation at which they gather."""

    def __init__(self, simulation: Simulation) -> None:
        self.sim = simulation
        self.gathering: dict[int, list[Mover]] = {}
        self.gathered: dict[int, int] = {}  # operation -> the sum of those that wait there
        self.formed = 0

    def gather(self, mover: Mover, op: int) -> None:
        self.sim.free_kept(mover)
        mover.join_row = self.sim.record.open_row(mover.ident, -1, self.sim.needs[op][0], 0, self.sim.calendar.now)
        waiting = self.gathering.setdefault(op, [])
        mover.waits = op
        waiting.append(mover)
        measure, target = int(self.sim.plan.gather_measure[op]), int(self.sim.plan.gather_units[op])
        self.gathered[op] = self.gathered.get(op, 0) + mover.size[measure]
        if len(waiting) == 1:
            self._set_deadline(op, mover)
        while waiting and self.gathered[op] >= target:
            self._form_train(op)

    def _set_deadline(self, op: int, head: Mover) -> None:
        wait_s, joined_s = int(self.sim.plan.gather_wait_s[op]), self.sim.record.rows[head.join_row + REQUEST]
        if wait_s < 0:  # drawn for each lot; what was in force when it came counts
            at = head.draws + self.sim.program_draw[head.step] + bisect_right(self.sim.variants[op], joined_s)
            wait_s = self.sim.move_s[at]
        if wait_s < NEVER_S:
            when = max(joined_s + wait_s, self.sim.calendar.now)
            self.sim.calendar.at(when, key(DEADLINE, head.ident, head.step), self._deadline, (op, head, head.join_row))

    def _deadline(self, event: Any) -> None:
        op, head, join_row = event._value
        waiting = self.gathering[op]
        if waiting and waiting[0] is head and head.join_row == join_row:
            self._form_train(op)

    def _form_train(self, op: int) -> None:
        """The lots first in line that fit the target leave together; a larger one leaves alone."""
        waiting, now = self.gathering[op], self.sim.calendar.now
        measure, target = int(self.sim.plan.gather_measure[op]), int(self.sim.plan.gather_units[op])
        lots: list[Mover] = []
        load = 0
        while waiting and (not lots or load + waiting[0].size[measure] <= target):
            lots.append(waiting.pop(0))
            load += lots[-1].size[measure]
        self.gathered[op] -= load
        lead = min(lots, key=lambda m: (m.born_s, m.ident))
        train = Mover(lead.ident, lead.born_s, min(m.priority for m in lots), lead.step + 1,
                      [sum(column) for column in zip(*(m.size for m in lots), strict=True)], lead.draws)  # fmt: skip
        train.train, train.members = self.formed, lots
        self.formed += 1
        for lot in lots:
            lot.waits = train
            for column in (START, ROW_END, RELEASE):
                self.sim.record.rows[lot.join_row + column] = now
            lot.member_row = len(self.sim.record.members)
            self.sim.record.members.extend((lot.ident, train.train, now, -1))
        if waiting:
            self._set_deadline(op, waiting[0])
        self.sim.calendar.soon((self.sim.proceed, train))

    def split(self, train: Mover, op: int) -> None:
        self.sim.free_kept(train)
        now = self.sim.calendar.now
        self.sim.record.instant_row(train.ident, train.train, self.sim.needs[op][0], 0, now)
        travelled = train.step - next(m.step for m in train.members if m.ident == train.ident)
        for lot in train.members:
            lot.waits = None
            lot.step += travelled + 1  # all members' programs agree from the gathering to here
            self.sim.record.members[lot.member_row + LEFT] = now
            lot.held.update(train.held)
            self.sim.calendar.soon((self.sim.proceed, lot))
