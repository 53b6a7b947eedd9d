"""What a run leaves behind: flat tables of integers, the same from every engine.

Everything reported is computed from these tables afterwards. ``canonical`` puts them in one order,
``digest`` is the SHA-256 of that order: two runs with one digest did the same thing to the second.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.clock import LONGEST_CLOCK_S
from sim.errors import RunError

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
BOARD = (
    "lot",
    "vessel",
    "call_from",
    "call_to",
    "queued",
    "load_start",
    "load_end",
    "discharge_request",
    "discharge_start",
    "landed",
)
#: One row for each call of each vessel, -1 for what has not happened yet. ``call`` counts a vessel's
#: calls from 0, ``port`` is the global call index of the service's rotation.
CALL = (
    "vessel",
    "call",
    "port",
    "arrive",
    "berthed",
    "entry_start",
    "entered",
    "moored",
    "discharged",
    "closed",
    "exit_start",
    "left",
    "lots_loaded",
    "lots_landed",
)
#: Lots: when they set out and, -1 if not yet, when they ended.
LOT = ("lot", "born", "done")
_COLUMNS = {"rows": ROW, "pauses": PAUSE, "members": MEMBER, "boards": BOARD, "calls": CALL, "lots": LOT}

#: Long tables are copied and hashed so many rows at a time.
_ROWS_AT_ONCE = 1 << 15


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

    def by_columns(self) -> Trace:
        """The same trace with each column in one stretch of memory: readers of columns are quicker on it."""
        tables = {name: _by_columns(getattr(self, name)) for name in _COLUMNS}
        return Trace(**tables, stopped_s=self.stopped_s, events=self.events)

    def column(self, table: str, name: str) -> npt.NDArray[np.int32]:
        """One column by name, e.g. ``trace.column("rows", "request")``."""
        return getattr(self, table)[:, _COLUMNS[table].index(name)]


def refuse_long_clock(end_s: int) -> None:
    """Raise ``RunError`` for a run that would end after 100 years, or beyond the seconds that a cell holds."""
    if end_s > LONGEST_CLOCK_S:
        raise RunError("the run would last longer than 100 years")
    if end_s > np.iinfo(np.int32).max:
        raise RunError("the run would last longer than 68 years, the most that a trace holds")


def _by_columns(table: Table) -> Table:
    if table.flags.f_contiguous:
        return table
    columns = np.empty(table.shape, table.dtype, order="F")
    for k in range(0, len(table), _ROWS_AT_ONCE):  # as much at a time as the processor keeps near
        columns[k : k + _ROWS_AT_ONCE] = table[k : k + _ROWS_AT_ONCE]
    return columns


def canonical(table: Table) -> Table:
    """Sort rows by their columns from left to right."""
    return table.take(_order(table), axis=0)


def digest(trace: Trace) -> str:
    """SHA-256 over all tables in canonical order."""
    total = hashlib.sha256()
    for name in _COLUMNS:
        table = np.ascontiguousarray(getattr(trace, name), dtype="<i4")
        total.update(f"{name}{table.shape}".encode())
        order = _order(table)
        for k in range(0, len(order), _ROWS_AT_ONCE):  # no second copy of a long table
            total.update(table.take(order[k : k + _ROWS_AT_ONCE], axis=0).data)
    return total.hexdigest()


def _order(table: Table) -> npt.NDArray[np.int64]:
    """Positions of the rows in canonical order: sorted by the columns that one number holds, the alike by the next."""
    if len(table) == 0:
        return np.empty(0, np.int64)
    word, sorted_by = _packed(table, np.zeros(len(table), np.int64), 0)
    order = np.argsort(word)
    places, ranked = np.arange(len(table)), word[order]
    while sorted_by < table.shape[1]:
        alike = ranked[1:] == ranked[:-1]
        tied = np.flatnonzero(np.append(alike, False) | np.append(False, alike))
        if len(tied) == 0:
            break
        places, group = places[tied], np.cumsum(np.append(True, ~alike)[tied])
        rows = order[places]
        word, sorted_by = _packed(table[rows], group, sorted_by)
        by_word = np.argsort(word)
        order[places], ranked = rows[by_word], word[by_word]
    return order


def _packed(table: Table, word: npt.NDArray[np.int64], column: int) -> tuple[npt.NDArray[np.int64], int]:
    """Append columns to a number of each row, from ``column`` on and as many as 63 bits hold; it sorts like them.

    Returns it, and the first column that is not in it. One sort by a number is several times quicker than
    a sort by eight columns.
    """
    bits = int(word.max()).bit_length()
    while column < table.shape[1]:
        values = np.ascontiguousarray(table[:, column])
        low = int(values.min())
        width = (int(values.max()) - low).bit_length()
        if bits + width > 63:
            break
        word <<= width
        word += values
        word -= low
        bits += width
        column += 1
    return word, column
