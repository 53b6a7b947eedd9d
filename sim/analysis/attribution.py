"""Where each second of each lot's journey went: exact attribution of door-to-door time to causes.

The journey is cut into pieces: first at the steps of the lot (or of its train), then at the closings
of the facility it waits for, and at the pauses of work. Where several causes hold at once the order
is: own work, closed now, asset, vessel, formation, capacity. Time at sea is in ``sea_pieces``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.analysis.pieces import Pieces, cut_at, join
from sim.analysis.places import Places
from sim.analysis.sea_pieces import sea_pieces
from sim.contract.draws import Draws
from sim.contract.plan import Cause, Flags, Kind, Plan
from sim.contract.reading import Waits, carriers, closed_spells, pause_rows, spread_to_lots, step_rows, waits
from sim.contract.spells import Spells, merge
from sim.contract.trace import Trace
from sim.errors import CheckFailed


@dataclass(frozen=True)
class Segments:
    """Stretches of lots' time, [n] each, in no particular order; those of one lot tile its journey.

    ``cause`` is a ``Cause``; ``place`` indexes ``places`` (facility, barrier or process, service, link
    or node); ``node`` and ``link`` say where (link -1: at the node); ``row`` is the trace row of the
    step; ``backlog`` marks waiting for capacity in a queue that a closing has left behind. ``n_lot`` counts all lots.
    """

    lot: npt.NDArray[np.int32]
    cause: npt.NDArray[np.int8]
    place: npt.NDArray[np.int32]
    node: npt.NDArray[np.int32]
    link: npt.NDArray[np.int32]
    row: npt.NDArray[np.int32]
    backlog: Flags
    from_s: npt.NDArray[np.int32]
    to_s: npt.NDArray[np.int32]
    places: tuple[str, ...]
    n_lot: int

    @cached_property
    def lasts_s(self) -> npt.NDArray[np.int64]:
        """[n] length of each segment in seconds."""
        return self.to_s.astype(np.int64) - self.from_s

    @cached_property
    def by_cause_s(self) -> npt.NDArray[np.float64]:
        """[n_lot, n_cause] seconds of each lot by cause, whole numbers."""
        key = self.lot * np.int64(len(Cause)) + self.cause
        seconds = np.bincount(key, weights=self.lasts_s, minlength=self.n_lot * len(Cause))
        return seconds.reshape(self.n_lot, len(Cause)).astype(np.float64, copy=False)

    def pick(self, where: npt.ArrayLike) -> Segments:
        """The segments at a mask or at indices."""
        columns = (f.name for f in fields(self) if f.name not in ("places", "n_lot"))
        return replace(self, **{name: getattr(self, name)[where] for name in columns})


def attribute(
    plan: Plan,
    draws: Draws,
    trace: Trace,
    followed: Flags | None = None,
    steps: npt.NDArray[np.int64] | None = None,
    wait: Waits | None = None,
) -> Segments:
    """Cut the journeys of lots into segments of one cause each, adding up to the second.

    Args:
        plan, luck, trace: one replication.
        followed: [n_lot] lots to follow; the reported ones if not given.
        steps: the trace rows of their steps (``reading.carriers``), if at hand.
        wait: all waiting at facilities (``reading.waits``), if at hand.

    Returns: the segments of every followed lot that set out, from its birth to its end, or to the
    stop of the run.

    Raises:
        CheckFailed: if the parts of some lot do not add up to its door-to-door time.
    """
    followed = draws.lot_reported if followed is None else followed
    places = Places.of(plan)
    closed = closed_spells(plan, draws, trace.stopped_s)
    steps = carriers(trace, step_rows(plan, trace, draws.n_lot), followed) if steps is None else steps
    boards = (plan.operations.kind == Kind.BOARD)[plan.needs.op][trace.column("rows", "need")[steps]]
    on_land, boarding = steps[np.flatnonzero(~boards)], steps[np.flatnonzero(boards)]
    boarding = boarding[followed[trace.column("rows", "mover")[boarding]]]
    pieces = join(
        [
            *_waiting(plan, trace, places, closed, on_land),
            *_working(plan, trace, places, on_land),
            *sea_pieces(plan, draws, trace, places, closed, boarding),
        ]
    )
    backlog = _backlog(waits(plan, trace) if wait is None else wait, closed, pieces)
    lot, at = spread_to_lots(trace, pieces.row, followed)
    segments = Segments(
        lot.astype(np.int32),
        pieces.cause.astype(np.int8)[at],
        pieces.place[at],
        pieces.node[at],
        pieces.link[at],
        pieces.row[at],
        backlog[at],
        pieces.from_s[at],
        pieces.to_s[at],
        places.names,
        draws.n_lot,
    )
    _refuse_a_wrong_sum(plan, draws, trace, followed, segments)
    return segments


def door_to_door_s(trace: Trace, n_lot: int) -> npt.NDArray[np.int64]:
    """[n_lot] seconds from setting out to the end, or to the stop of the run; 0 if it never set out."""
    born, done = (trace.column("lots", c).astype(np.int64) for c in ("born", "done"))
    total = np.zeros(n_lot, np.int64)
    total[trace.column("lots", "lot")] = np.where(done >= 0, done, trace.stopped_s) - born
    return total


def _waiting(plan: Plan, trace: Trace, places: Places, closed: Spells, rows: npt.NDArray[np.int64]) -> list[Pieces]:
    """Request to start: for a train to form, an asset, a pass, or a facility that is closed or busy."""
    request = trace.column("rows", "request")[rows].astype(np.int64)
    start = trace.column("rows", "start")[rows].astype(np.int64)
    until = np.where(start < 0, trace.stopped_s, start)
    waited = np.flatnonzero(until > request)
    rows, request, until = rows[waited], request[waited], until[waited]
    need = trace.column("rows", "need")[rows]
    cause, place, node = (column[need] for column in waiting_of_needs(plan, places))
    link, facility = plan.operations.link[plan.needs.op[need]], plan.needs.facility[need]
    pieces = Pieces.make(rows, request, until, cause=cause, place=place, node=node, link=link, facility=facility)
    return cut_at([pieces], "facility", closed, closed.key, places)


def waiting_of_needs(
    plan: Plan, places: Places
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """[n_need] what waiting for each need is put down to while nothing is closed: cause, place, node."""
    op, facility = plan.needs.op, plan.needs.facility
    node = np.where(plan.operations.link[op] >= 0, plan.operations.from_node[op], plan.operations.node[op])
    kind = plan.operations.kind[op]
    cause = np.where(plan.operations.cause[op] == Cause.ASSET, Cause.ASSET, Cause.CAPACITY)
    cause = np.where(kind == Kind.GATHER, Cause.FORMATION, cause)
    place = np.where(facility >= 0, places.facility(facility), places.node(node))
    has_quota = np.append(np.diff(plan.facilities.reset_ptr) > 0, False)[facility]  # -1, no facility, finds False
    for_pass = has_quota & (plan.operations.cause[op] == Cause.BARRIER)
    cause = np.where(for_pass, Cause.BARRIER, cause)  # not to be let through yet is itself the barrier
    place = np.where(for_pass, places.label(op), place)
    for_ship = np.flatnonzero(kind == Kind.BOARD)
    cause[for_ship], place[for_ship] = Cause.VESSEL, places.service(plan.boardings.service[op[for_ship]])
    node[for_ship] = plan.operations.from_node[op[for_ship]]
    return cause.astype(np.int64), place.astype(np.int32), node.astype(np.int32)


def _working(plan: Plan, trace: Trace, places: Places, rows: npt.NDArray[np.int64]) -> list[Pieces]:
    """Start to end: the operation's own cause, but for the pauses that a closing forced on it."""
    start = trace.column("rows", "start")[rows].astype(np.int64)
    end = trace.column("rows", "end")[rows].astype(np.int64)
    until = np.where(end < 0, trace.stopped_s, end)
    worked = np.flatnonzero((start >= 0) & (until > start))
    rows, start, until = rows[worked], start[worked], until[worked]
    op = plan.needs.op[trace.column("rows", "need")[rows]].astype(np.int64)
    pieces = Pieces.make(
        rows,
        start,
        until,
        cause=plan.operations.cause[op],
        place=places.label(op),
        node=plan.operations.node[op],
        link=plan.operations.link[op],
    )
    pause_to = trace.column("pauses", "to").astype(np.int64)
    pause_to = np.where(pause_to < 0, trace.stopped_s, pause_to)
    paused = merge(np.maximum(pause_rows(trace), 0), trace.column("pauses", "from"), pause_to)
    facility = plan.needs.facility[trace.column("pauses", "need")[paused.origin]].astype(np.int64)
    return cut_at([pieces], "row", paused, facility, places)


def _backlog(wait: Waits, closed: Spells, pieces: Pieces) -> Flags:
    """Waiting for capacity in a queue that has not been empty since its facility was closed."""
    busy = merge(wait.facility, wait.from_s, wait.to_s)
    flag = np.zeros(len(pieces.row), bool)
    asked = np.flatnonzero((pieces.cause == Cause.CAPACITY) & (pieces.facility >= 0))
    if not (len(asked) and len(closed.key) and len(busy.key)):
        return flag
    facility, from_s = pieces.facility[asked], pieces.from_s[asked]
    period = busy.last_before(facility, from_s + 1)  # the piece itself is waiting: there is one
    spell = closed.last_before(facility, from_s)
    flag[asked] = (spell >= 0) & (period >= 0) & (closed.to_s[spell] > busy.from_s[period])
    return flag


def _refuse_a_wrong_sum(plan: Plan, draws: Draws, trace: Trace, followed: Flags, segments: Segments) -> None:
    """The promise of exactness is kept on every run, not only in tests."""
    expected = np.where(followed, door_to_door_s(trace, draws.n_lot), 0)
    total = segments.by_cause_s.sum(axis=1)
    wrong = np.flatnonzero(total != expected)
    if len(wrong):
        lot = wrong[0]
        raise CheckFailed(
            f"delay attribution: shipment {draws.lot_ordinal[lot]} of flow {plan.flow_name[draws.lot_flow[lot]]} took "
            f"{expected[lot]} s, its parts add up to {total[lot]:.0f} s ({len(wrong)} shipments in all)"
        )
