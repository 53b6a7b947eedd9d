"""Choices of the reference engine: a lot takes the branch whose recent time and drawn term are least."""

from __future__ import annotations

from collections import deque

from sim.engine.reference.mover import Mover
from sim.engine.reference.state import State


class Choices:
    """What lots remember of the branches that others took."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.ptr, self.target = state.plan.choices.ptr.tolist(), state.plan.choices.target.tolist()
        self.recent: dict[int, deque[int]] = {}  # branch -> its last journeys

    def choose(self, mover: Mover, op: int) -> None:
        """Take the branch of least cost; at equal cost the first."""
        drawn_at = self.state.lot_draw[mover.ident] + self.state.program_draw[mover.step]
        first, last = self.ptr[op], self.ptr[op + 1]
        costs = []
        for branch in range(first, last):
            time_s = 0
            if self.state.plan.choices.by_time[op]:
                journeys = self.recent.get(branch)
                time_s = sum(journeys) // len(journeys) if journeys else int(self.state.plan.choices.start_s[branch])
            costs.append(time_s + self.state.move_s[drawn_at + branch - first])
        chosen = costs.index(min(costs))
        mover.chosen = (op, first + chosen, self.state.calendar.now)
        self.state.record.instant_row(mover.ident, -1, self.state.needs[op][0], chosen, self.state.calendar.now)
        mover.step += self.target[first + chosen]

    def remember(self, mover: Mover) -> None:
        """A lot that chose has come to where the ways meet, or to its end; later it tells nothing more."""
        if mover.chosen is not None:
            op, branch, since_s = mover.chosen
            mover.chosen = None
            last = self.recent.setdefault(branch, deque(maxlen=int(self.state.plan.choices.memory[op])))
            last.append(self.state.calendar.now - since_s)
