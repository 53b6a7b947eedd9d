"""What the parts of one run share: the plan and its draws, the calendar, the facilities, the trace that is written.

Columns that are read at every step are plain lists here: an element of an array takes longer to read than what is
done with it.
"""

from __future__ import annotations

from bisect import bisect_right

from sim.contract.draws import Draws
from sim.contract.plan import Plan
from sim.engine.reference.calendar import Calendar
from sim.engine.reference.facility import Facilities
from sim.engine.reference.mover import Mover
from sim.engine.reference.recorder import Recorder


class State:
    """State of one run."""

    def __init__(self, plan: Plan, draws: Draws) -> None:
        self.plan, self.draws = plan, draws
        self.calendar = Calendar(draws.end_s)
        self.record = Recorder()
        self.facilities = Facilities(self.calendar, plan, draws, self.record.pauses)
        self.alive: dict[int, Mover] = {}  # lots on their way
        self.needs = list(zip(plan.needs.ptr[:-1].tolist(), plan.needs.ptr[1:].tolist(), strict=True))
        self.need_units = plan.needs.units.tolist()
        self.need_measure = plan.needs.measure.tolist()
        self.variants = [
            plan.operations.variant_s[a:b].tolist()
            for a, b in zip(plan.operations.variant_ptr[:-1], plan.operations.variant_ptr[1:], strict=True)
        ]
        self.program_draw = plan.programs.draw.tolist()
        self.lot_draw = memoryview(draws.lot_draw)  # type: ignore[arg-type]
        self.hold_s, self.move_s = memoryview(draws.hold_s), memoryview(draws.move_s)  # type: ignore[arg-type]

    def durations(self, lot: int, op: int, step: int, offset: int = 0) -> tuple[int, int]:
        """(hold, move) in seconds as of now, from the block of a lot, ``offset`` slots on."""
        at = self.lot_draw[lot] + self.program_draw[step] + offset
        if self.variants[op]:
            at += bisect_right(self.variants[op], self.calendar.now)
        return self.hold_s[at], self.move_s[at]

    def load(self, size: list[int], need: int) -> int:
        """Units that a mover of this size takes of a need."""
        return self.need_units[need] or size[self.need_measure[need]]
