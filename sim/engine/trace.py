"""What a run leaves behind: flat tables of integers, the same from every engine.

Everything reported is computed from these tables afterwards. ``canonical`` puts them in one order,
``digest`` is the SHA-256 of that order: two runs with one digest did the same thing to the second.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.int32]

#: One row for each need of each operation of whatever moves. ``train`` is -1 for a lot on its own and
#: for vessels; a train's rows carry its oldest lot as mover. ``release`` is when the units came back
#: (ACQUIRE: equal to start; the RELEASE row, and loading and discharging, tell the rest).
#: -1 in start, end or release: not yet, when the run stopped.
ROW = ("mover", "train", "need", "units", "request", "start", "end", "release")
#: Suspended or repeated work: the mover was stopped from..to while it held the need.
PAUSE = ("mover", "need", "from", "to")
#: Lots in trains. ``left`` -1: still in it.
MEMBER = ("lot", "train", "joined", "left")
#: A lot at sea. ``queued``: began to wait for a vessel; ``discharge_request``: its discharge was due
#: and waited for yard room and cranes; voyages are the vessel's call numbers.
BOARD = ("lot", "vessel", "call_from", "call_to", "queued", "load_start", "load_end",
         "discharge_request", "discharge_start", "landed")  # fmt: skip
#: One row for each call of each vessel, -1 for what has not happened yet. ``call`` counts a vessel's
#: calls from 0, ``port`` is the global call index of the service's rotation.
CALL = ("vessel", "call", "port", "arrive", "berthed", "entry_start", "entered", "moored", "discharged",
        "closed", "exit_start", "left", "lots_loaded", "lots_landed")  # fmt: skip
#: Lots: when they set out and, -1 if not yet, when they ended.
LOT = ("lot", "born", "done")


@dataclass(frozen=True)
class Trace:
    """All tables of one replication; columns as named above, 32-bit seconds."""

    rows: Table
    pauses: Table
    members: Table
    boards: Table
    calls: Table
    lots: Table
    stopped_s: int
    events: int

    def column(self, table: str, name: str) -> npt.NDArray[np.int32]:
        """One column by name, e.g. ``trace.column("rows", "request")``."""
        names = {"rows": ROW, "pauses": PAUSE, "members": MEMBER, "boards": BOARD, "calls": CALL, "lots": LOT}
        return getattr(self, table)[:, names[table].index(name)]


def canonical(table: Table) -> Table:
    """Sort rows by their columns from left to right."""
    if len(table) == 0:
        return table
    return table[np.lexsort(table.T[::-1])]


def digest(trace: Trace) -> str:
    """SHA-256 over all tables in canonical order."""
    total = hashlib.sha256()
    for name in ("rows", "pauses", "members", "boards", "calls", "lots"):
        table = canonical(getattr(trace, name))
        total.update(f"{name}{table.shape}".encode())
        total.update(np.ascontiguousarray(table, dtype="<i4").tobytes())
    return total.hexdigest()
