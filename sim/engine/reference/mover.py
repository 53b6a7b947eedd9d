"""What moves: a lot, or a train of lots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.engine.reference.calendar import key
from sim.engine.rules import END

if TYPE_CHECKING:
    from sim.engine.reference.facility import Work


class Mover:
    """A lot, or a train of lots, on its way. A train acts under the identifier of its oldest lot."""

    __slots__ = (
        "born_s",
        "chosen",
        "draws",
        "ends",
        "held",
        "ident",
        "join_row",
        "kept",
        "member_row",
        "members",
        "priority",
        "row",
        "size",
        "step",
        "train",
        "waits",
        "weighed_s",
    )

    def __init__(self, ident: int, born_s: int, priority: int, step: int, size: list[int], draws: int) -> None:
        self.ident, self.born_s, self.priority, self.step, self.size = ident, born_s, priority, step, size
        self.draws = draws  # where its drawn times begin
        self.ends = key(END, ident)  # order of its ends within an instant; the step is added
        self.train = -1
        self.members: list[Mover] = []
        self.kept: Work | None = None  # ended work whose units wait for the next grant
        self.held: dict[int, int] = {}  # facility -> the need by which units were acquired
        self.row = self.join_row = self.member_row = -1
        self.chosen: tuple[int, int, int] | None = None  # operation, branch, when
        self.weighed_s = -1  # when it weighed and went on; -1: it did not weigh
        self.waits: Any = None  # what it waits for, read by the deadlock search
