"""When a ship that lies in port, or sails, does not get on: work that is stopped, and lifts that cannot begin.

Everybody aboard shares these stretches. They follow from the trace's rows: a ship asks for the cranes of each lift,
and, on behalf of the shipment, for its room in the yard; what it does not get at once it stands waiting for.
"""

from __future__ import annotations

import numpy as np

from sim.analysis.pieces import I64
from sim.contract.draws import Draws
from sim.contract.plan import I32, Plan
from sim.contract.reading import need_rows, yard_needs
from sim.contract.spells import Spells, find, in_order, merge, pack
from sim.contract.trace import Trace


def stopped_work(plan: Plan, draws: Draws, trace: Trace) -> tuple[Spells, I64]:
    """Stretches in which a ship's work was stopped, by vessel, and the facility that was closed."""
    vessel = trace.column("pauses", "mover").astype(np.int64) - draws.n_lot
    to_s = trace.column("pauses", "to").astype(np.int64)
    to_s = np.where(to_s < 0, trace.stopped_s, to_s)
    own = np.flatnonzero(vessel >= 0)
    spells = merge(vessel[own], trace.column("pauses", "from")[own], to_s[own])
    need = trace.column("pauses", "need")[own][spells.origin]
    return spells, plan.needs.facility[need].astype(np.int64)


def blocked_discharge(plan: Plan, draws: Draws, trace: Trace) -> tuple[Spells, I64]:
    """Stretches in which a ship cannot discharge, by vessel, and what it waits for: room in the yard, or cranes."""
    lifts = _waiting(trace, need_rows(trace, _marked(plan, plan.calls.discharge_need)))
    rooms = _waiting(trace, need_rows(trace, yard_needs(plan)))
    asked = pack(trace.column("rows", "request")[rooms], trace.column("rows", "mover")[rooms])
    board = find(pack(trace.column("boards", "discharge_request"), trace.column("boards", "lot")), asked)
    rooms, board = rooms[board >= 0], board[board >= 0]
    rows = np.concatenate((lifts, rooms))
    of_lifts = trace.column("rows", "mover")[lifts].astype(np.int64) - draws.n_lot
    vessel = np.concatenate((of_lifts, trace.column("boards", "vessel")[board].astype(np.int64)))
    from_s, until_s = _wait_s(trace, rows)
    order = in_order(vessel, from_s)  # a ship waits for one thing at a time: stretches may touch, never overlap
    facility = plan.needs.facility[trace.column("rows", "need")[rows]].astype(np.int64)
    return Spells(vessel[order], from_s[order], until_s[order], order), facility[order]


def loading_asked_s(plan: Plan, draws: Draws, trace: Trace) -> I64:
    """[n_board] when the ship asked for the cranes that load each shipment; -1 where it got them at once."""
    asked_s = np.full(len(trace.boards), -1, np.int64)
    rows = _waiting(trace, need_rows(trace, _marked(plan, plan.calls.load_need)))
    vessel = trace.column("rows", "mover")[rows].astype(np.int64) - draws.n_lot
    # a ship loads one shipment at a time, so that its lift is known by when it began, or that it has not begun
    began_s = trace.column("rows", "start")[rows].astype(np.int64) + 1
    known = pack(trace.column("boards", "vessel"), trace.column("boards", "load_start").astype(np.int64) + 1)
    board = find(known, pack(vessel, began_s))
    asked_s[board[board >= 0]] = trace.column("rows", "request")[rows][board >= 0]
    return asked_s


def _marked(plan: Plan, needs: I32) -> np.ndarray:
    """[n_need] True for those of ``needs`` that ask for units of a facility."""
    mask = np.zeros(len(plan.needs.op), bool)
    mask[needs[needs >= 0]] = True
    return mask & (plan.needs.facility >= 0)


def _waiting(trace: Trace, rows: I64) -> I64:
    """Those of ``rows`` that were not granted in the second in which they were asked for."""
    from_s, until_s = _wait_s(trace, rows)
    return rows[until_s > from_s]


def _wait_s(trace: Trace, rows: I64) -> tuple[I64, I64]:
    """From when until when the rows' movers waited; a wait that had not ended runs to the stop."""
    start = trace.column("rows", "start")[rows].astype(np.int64)
    return trace.column("rows", "request")[rows].astype(np.int64), np.where(start < 0, trace.stopped_s, start)
