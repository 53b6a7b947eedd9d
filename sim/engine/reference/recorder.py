"""Collects the trace while an engine runs: growing integer tables, one flat buffer each."""

from __future__ import annotations

from array import array

import numpy as np

from sim.contract.trace import BOARD, CALL, LOT, MEMBER, PAUSE, ROW, Table, Trace


class Recorder:
    """Append-only tables; ``open_*`` returns the row's offset, by which cells are filled in later."""

    def __init__(self) -> None:
        self.rows, self.pauses, self.members = array("i"), array("i"), array("i")
        self.boards, self.calls, self.lots = array("i"), array("i"), array("i")

    def open_row(self, mover: int, train: int, need: int, units: int, request_s: int) -> int:
        """Begin an operation's row; start, end and release follow by ``rows[offset + column]``."""
        offset = len(self.rows)
        self.rows.extend((mover, train, need, units, request_s, -1, -1, -1))
        return offset

    def instant_row(self, mover: int, train: int, need: int, units: int, now_s: int) -> None:
        """An operation that takes no time."""
        self.rows.extend((mover, train, need, units, now_s, now_s, now_s, now_s))

    def trace(self, stopped_s: int, events: int) -> Trace:
        """The finished tables."""

        def table(cells: array[int], width: int) -> Table:
            return np.frombuffer(cells, dtype=np.int32).reshape(-1, width) if cells else np.empty((0, width), np.int32)

        return Trace(
            rows=table(self.rows, len(ROW)),
            pauses=table(self.pauses, len(PAUSE)),
            members=table(self.members, len(MEMBER)),
            boards=table(self.boards, len(BOARD)),
            calls=table(self.calls, len(CALL)),
            lots=table(self.lots, len(LOT)),
            stopped_s=stopped_s,
            events=events,
        )


#: Offsets of the cells that are filled in later.
REQUEST, START, END, RELEASE = (ROW.index(name) for name in ("request", "start", "end", "release"))
LEFT = MEMBER.index("left")
