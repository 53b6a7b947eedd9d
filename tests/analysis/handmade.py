"""A corridor small enough to follow with a pencil: mine - port ~ sea ~ quay, with one ship and one lane.

Operations, in the order of ``OPS``; needs and facilities have the same names. All times are seconds.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

import numpy as np

from sim.contract.draws import Draws
from sim.contract.plan import Cause, Discipline, Kind, Plan, Policy
from sim.contract.trace import BOARD, CALL, LOT, MEMBER, PAUSE, ROW, Trace

FACILITIES = ("berth", "crane", "entry", "lane", "yard")
NODES = ("mine", "port", "quay")
LINKS = ("railway", "sea")
#: name -> (kind, cause, label, node, link, from node, facility, units)
OPS: dict[str, tuple[Kind, Cause, str, str, str | None, str | None, str | None, int]] = {
    "travel": (Kind.PROCESS, Cause.MOVING, "railway", "port", "railway", "mine", "lane", 1),
    "papers": (Kind.PROCESS, Cause.BARRIER, "documents", "port", None, None, "lane", 1),
    "take": (Kind.ACQUIRE, Cause.CAPACITY, "yard", "port", None, None, "yard", 0),
    "give": (Kind.RELEASE, Cause.HANDLING, "yard", "quay", None, None, "yard", 0),
    "gather": (Kind.GATHER, Cause.FORMATION, "formation", "mine", None, None, None, 1),
    "split": (Kind.SPLIT, Cause.HANDLING, "split", "port", None, None, None, 1),
    "board": (Kind.BOARD, Cause.VESSEL, "ferry", "quay", "sea", "port", None, 1),
    "berth_need": (Kind.ACQUIRE, Cause.CAPACITY, "ferry", "quay", None, None, "berth", 1),
    "entry_need": (Kind.PROCESS, Cause.MOVING, "ferry", "quay", None, None, "entry", 1),
    "moor_need": (Kind.PROCESS, Cause.HANDLING, "ferry", "quay", None, None, None, 1),
    "load_need": (Kind.PROCESS, Cause.HANDLING, "ferry", "quay", None, None, "crane", 1),
    "yard_need": (Kind.ACQUIRE, Cause.CAPACITY, "ferry", "quay", None, None, "yard", 0),
    "sail_need": (Kind.SAIL, Cause.MOVING, "ferry", "quay", "sea", "port", None, 1),
}
#: The parts of a plan by name.
PARTS = {name: kind for name, kind in get_type_hints(Plan).items() if is_dataclass(kind)}
NEED = {name: i for i, name in enumerate(OPS)}


def make_plan(
    policy: Policy = Policy.FINISH,
    priority: bool = False,
    program: tuple[str, ...] = ("travel",),
    changes: dict[str, Any] | None = None,
) -> Plan:
    """The plan; ``policy`` and ``priority`` hold for every facility, ``changes`` are ``{"part.field": value}``."""
    ops = list(OPS.values())
    index = {name: i for i, name in enumerate(NODES)}
    call = {name: np.full(2, NEED[f"{name}_need"], np.int32) for name in ("berth", "load", "moor", "sail")}
    given: dict[str, Any] = {
        "facilities.name": FACILITIES,
        "facilities.policy": np.full(len(FACILITIES), policy, np.int8),
        "facilities.discipline": np.full(
            len(FACILITIES), Discipline.PRIORITY if priority else Discipline.FIFO, np.int8
        ),
        "stocks.is_stock": np.zeros(len(FACILITIES), bool),
        "facilities.reset_ptr": np.zeros(len(FACILITIES) + 1, np.int32),
        "operations.side": np.zeros(len(ops), np.int8),
        "operations.name": tuple(OPS),
        "operations.kind": np.array([o[0] for o in ops], np.int8),
        "operations.cause": np.array([o[1] for o in ops], np.int8),
        "operations.label": tuple(o[2] for o in ops),
        "operations.node": np.array([index[o[3]] for o in ops], np.int32),
        "operations.link": np.array([LINKS.index(o[4]) if o[4] else -1 for o in ops], np.int32),
        "operations.from_node": np.array([index[o[5] or o[3]] for o in ops], np.int32),
        "operations.keeps": np.zeros(len(ops), bool),
        "needs.ptr": np.arange(len(ops) + 1, dtype=np.int32),
        "needs.op": np.arange(len(ops), dtype=np.int32),
        "needs.facility": np.array([FACILITIES.index(o[6]) if o[6] else -1 for o in ops], np.int32),
        "needs.units": np.array([o[7] for o in ops], np.int32),
        "needs.measure": np.zeros(len(ops), np.int8),
        "programs.ptr": np.array([0, len(program)], np.int32),
        "programs.op": np.array([NEED[name] for name in program], np.int32),
        "boardings.service": np.array([0 if o[0] == Kind.BOARD else -1 for o in ops], np.int32),
        "boardings.ptr": np.cumsum([0] + [o[0] == Kind.BOARD for o in ops]).astype(np.int32),
        "boardings.call_from": np.array([0 for o in ops if o[0] == Kind.BOARD], np.int32),
        "boardings.call_to": np.array([1 for o in ops if o[0] == Kind.BOARD], np.int32),
        "calls.queue": np.array([0, 1], np.int32),
        "services.name": ("ferry",),
        "services.call_ptr": np.array([0, 2], np.int32),
        "calls.node": np.array([1, 2], np.int32),
        "calls.berth_need": call["berth"],
        "calls.entry_need": np.full(2, NEED["entry_need"], np.int32),
        "calls.exit_need": np.full(2, NEED["entry_need"], np.int32),
        "calls.load_need": call["load"],
        "calls.discharge_need": call["load"],
        "calls.yard_need": np.full(2, NEED["yard_need"], np.int32),
        "calls.moor_need": call["moor"],
        "calls.sail_need": call["sail"],
        "vessels.name": ("ferry/001",),
        "vessels.service": np.zeros(1, np.int32),
        "vessels.limit": np.array([[100, -1, -1, -1, -1]]),
        "queue_bans.name": (),
        "queue_bans.of_flow": np.full(2, -1, np.int32),
        "node_name": NODES,
        "link_name": LINKS,
        "flow_name": ("coal", "ore"),
    } | (changes or {})
    return Plan(**{part.name: _part(part.name, given) for part in fields(Plan)})


def _part(name: str, given: dict[str, Any]) -> Any:
    """A part of the plan from what is given as ``part.field``, empty where nothing is; names stand by themselves."""
    kind = PARTS.get(name)
    if kind is None:
        return given.get(name, ())
    return kind(**{f.name: given.get(f"{name}.{f.name}", np.empty(0, np.int32)) for f in fields(kind)})


def make_draws(
    times: list[int],
    *,
    flows: list[int] | None = None,
    teu: int = 10,
    reported: list[bool] | None = None,
    capacity: dict[str, list[tuple[int, int]]] | None = None,
    period: tuple[int, int] = (0, 10**6),
    priority: list[int] | None = None,
) -> Draws:
    """Lots born at ``times``; ``capacity`` names timelines, others are 2 for ever."""
    n = len(times)
    steps = [(capacity or {}).get(name, [(0, 2)]) for name in FACILITIES]
    given: dict[str, Any] = {
        "lot_time_s": np.array(times, np.int64),
        "lot_flow": np.array(flows or [0] * n, np.int32),
        "lot_ordinal": np.arange(n, dtype=np.int64),
        "lot_program": np.zeros(n, np.int32),
        "lot_priority": np.array(priority or [0] * n, np.int8),
        "lot_size": np.tile(np.array([[teu, 0, 0, 0, 5 * teu]], np.int32), (n, 1)),
        "lot_reported": np.array(reported or [True] * n, bool),
        "timeline_ptr": np.cumsum([0] + [len(s) for s in steps]).astype(np.int32),
        "timeline_s": np.array([t for s in steps for t, _ in s], np.int64),
        "timeline_capacity": np.array([c for s in steps for _, c in s], np.int32),
        "end_s": 10**6,
        "period_start_s": period[0],
        "period_end_s": period[1],
    }
    return Draws(**{f.name: given.get(f.name, np.empty(0, np.int32)) for f in fields(Draws)})


def make_trace(
    rows: list[tuple[Any, ...]], lots: list[tuple[int, int, int]], stopped_s: int, **tables: list[tuple[int, ...]]
) -> Trace:
    """Rows are (mover, train, operation, units, request, start, end, release)."""
    numbered = [(mover, train, NEED[op], *rest) for mover, train, op, *rest in rows]

    def table(cells: list[tuple[int, ...]], width: tuple[str, ...]) -> np.ndarray:
        return np.array(cells, np.int32).reshape(-1, len(width))

    return Trace(
        rows=table(numbered, ROW),
        pauses=table(tables.get("pauses", []), PAUSE),
        members=table(tables.get("members", []), MEMBER),
        boards=table(tables.get("boards", []), BOARD),
        calls=table(tables.get("calls", []), CALL),
        lots=table(lots, LOT),
        stopped_s=stopped_s,
        events=0,
    )
