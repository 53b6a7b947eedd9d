"""Choices of the reference engine: a lot takes the branch whose recent time and drawn term are least."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.engine.reference.mover import Mover
    from sim.engine.reference.simulation import Simulation


class Choices:
    """What lots remember of the branches that others took."""

    def __init__(self, simulation: Simulation) -> None:
        self.sim = simulation
        self.ptr, self.target = simulation.plan.choose_ptr.tolist(), simulation.plan.choose_target.tolist()
        self.recent: dict[int, deque[int]] = {}  # branch -> its last journeys

    def choose(self, mover: Mover, op: int) -> None:
        """Take the branch of least cost; at equal cost the first."""
        drawn_at = self.sim.lot_draw[mover.ident] + self.sim.program_draw[mover.step]
        first, last = self.ptr[op], self.ptr[op + 1]
        costs = []
        for branch in range(first, last):
            time_s = 0
            if self.sim.plan.choose_by_time[op]:
                journeys = self.recent.get(branch)
                time_s = sum(journeys) // len(journeys) if journeys else int(self.sim.plan.choose_start_s[branch])
            costs.append(time_s + self.sim.move_s[drawn_at + branch - first])
        chosen = costs.index(min(costs))
        mover.chosen = (op, first + chosen, self.sim.calendar.now)
        self.sim.record.instant_row(mover.ident, -1, self.sim.needs[op][0], chosen, self.sim.calendar.now)
        mover.step += self.target[first + chosen]

    def remember(self, mover: Mover) -> None:
        """A lot that chose has come to where the ways meet, or to its end; later it tells nothing more."""
        if mover.chosen is not None:
            op, branch, since_s = mover.chosen
            mover.chosen = None
            last = self.recent.setdefault(branch, deque(maxlen=int(self.sim.plan.choose_memory[op])))
            last.append(self.sim.calendar.now - since_s)
