"""One ship of the reference engine: where it is in its rotation, what it has aboard, and what still fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.engine.reference.calendar import key
from sim.engine.rules import END, MOST_AT_ONE_SECOND

if TYPE_CHECKING:
    from sim.engine.reference.facility import Work
    from sim.engine.reference.mover import Mover

#: A lot, its BOARD operation, the offset of its row in the table of boardings, and its voyage.
Aboard = tuple["Mover", int, int, int]


class Vessel:
    """One ship's state."""

    __slots__ = (
        "aboard",
        "at_berth",
        "call",
        "call_row",
        "calls",
        "closing",
        "ends",
        "ident",
        "in_hand",
        "index",
        "limits",
        "loading",
        "open_for_lots",
        "overdue",
        "room_taken",
        "second_s",
        "service",
        "steps",
        "waits",
    )
    priority = 0

    def __init__(self, index: int, ident: int, service: int, call: int, limits: list[int]) -> None:
        self.index, self.ident, self.service, self.call = index, ident, service, call
        self.limits = [(measure, limit) for measure, limit in enumerate(limits) if limit >= 0]
        self.ends = key(END, ident)  # order of its ends within an instant; the step is added
        self.calls = 0  # calls made before the present one
        self.second_s = self.steps = 0  # steps begun within a second, since cargo was last moved
        self.aboard: list[Aboard] = []
        self.in_hand: Aboard | None = None  # the lot that is loaded or discharged now
        self.room_taken = [0] * len(limits)
        self.at_berth: Work | None = None
        self.call_row = -1
        self.open_for_lots = self.loading = self.closing = False
        self.overdue = False  # its longest wait is over, and it lacks its least load
        self.waits: Any = None

    def fits(self, size: list[int]) -> bool:
        """Whether every limit holds with a lot of this size added."""
        taken = self.room_taken
        return not any(taken[measure] + size[measure] > limit for measure, limit in self.limits)

    def filled(self, permille: int) -> bool:
        """Whether a limit is taken up to this share."""
        taken = self.room_taken
        for measure, limit in self.limits:  # noqa: SIM110 (a generator takes twice as long)
            if limit and taken[measure] and taken[measure] * 1000 >= permille * limit:
                return True
        return False

    def add(self, size: list[int], sign: int) -> None:
        """Take (1) or give back (-1) a lot's room."""
        taken = self.room_taken
        for measure, _ in self.limits:
            taken[measure] += sign * size[measure]

    def begins_too_often(self, now_s: int) -> bool:
        """Count a step that begins now; whether there have been so many within this second that they never end."""
        if self.second_s != now_s:
            self.second_s, self.steps = now_s, 0
        self.steps += 1
        return self.steps > MOST_AT_ONE_SECOND
