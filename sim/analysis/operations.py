"""The table of operations: everything that happened in one replication, so that its numbers can be worked out again.

It holds the rows of the trace with names, and beside them what the trace keeps elsewhere: who travelled in which
train, aboard which ship, when work was stopped, and when facilities had no capacity.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.analysis.attribution import waiting_of_needs
from sim.analysis.columns import CAUSE, FLOW, ORDINAL, Column, StoredTable
from sim.analysis.ledger import Ledger
from sim.analysis.places import Places
from sim.contract.plan import Cause, Kind, Plan
from sim.contract.reading import closed_spells, operation_names, pause_rows, yard_needs
from sim.contract.spells import find, pack

I64 = npt.NDArray[np.int64]
Columns = dict[str, I64]

#: What a row is: an operation of the trace; a stretch of a shipment in a train or aboard a ship; of stopped work; of a
#: facility without capacity; the end of the run.
ROWS = ("operation", "in_train", "aboard", "pause", "closed", "stopped")
OPERATION, IN_TRAIN, ABOARD, PAUSE, CLOSED, STOPPED = range(len(ROWS))
#: Kinds of operation, those of ships after those of shipments and trains.
KINDS = (*(kind.name.lower() for kind in Kind), "berth", "entry", "exit", "mooring", "discharging", "loading", "yard")
_TIMES = ("request", "start", "end", "release")
#: Columns of numbers, -1 where there is nothing to say.
_NUMBERS = (
    "row",
    "kind",
    "flow",
    "ordinal",
    "train",
    "vessel",
    "call",
    "landing_call",
    "operation",
    "need",
    "node",
    "facility",
    "units",
    "cause",
    "place",
    "wait_cause",
    "wait_place",
    *_TIMES,
)

OPERATIONS = StoredTable(
    "an operation, a stay in a train or aboard, a pause, a closing",
    (
        Column("row", "", "what the row is, as the table of operations says"),
        Column(
            "kind",
            "",
            "of shipments and trains: `process`, `acquire`, `release`, `gather`, `split`, `board`, "
            "`choose`, `meet`, `weigh`; of ships: `berth`, `entry`, `mooring`, `discharging`, `loading`, `exit`, `sail`; "
            "`yard` is the room in which a shipment is set down",
        ),
        FLOW._replace(
            meaning="id of the flow; of a train that of its oldest shipment; of a ship's `loading` and "
            "`discharging` that of the shipment that is lifted"
        ),
        ORDINAL._replace(meaning="number of that shipment within its flow"),
        Column("train", "", "number of the train; its rows are those of every shipment that is in it"),
        Column("vessel", "", "name of the ship; of `yard` the ship that brings the shipment"),
        Column("call", "", "number of the ship's call; of `aboard` where the shipment was loaded"),
        Column("landing_call", "", "of `aboard`: the call at which it was discharged"),
        Column(
            "operation", "", "name of the operation; formations are cut to node and size, those of one name numbered"
        ),
        Column("need", "", "0 for the first facility that an operation asks for; its times are those of the journey"),
        Column("node", "", "where is waited"),
        Column("facility", "", "for what is waited"),
        Column(
            "units",
            "",
            "units asked for, taken or given back, never negative; `kind` says which; of `choose` the "
            "number of the chosen route, of `weigh` 0 for the corridor, else the way by which it left",
        ),
        CAUSE._replace(meaning="what the time from start to end is put down to, pauses left out"),
        Column("place", "", "place of that cause"),
        Column("wait_cause", "", "what the time from request to start is put down to while nothing is closed"),
        Column("wait_place", "", "place of that cause"),
        Column("request_utc", "UTC", "asked for"),
        Column("start_utc", "UTC", "began"),
        Column("end_utc", "UTC", "ended"),
        Column(
            "release_utc",
            "UTC",
            "when the units were free again; for what is kept over several operations the `release` row has it",
        ),
    ),
    "only with `--keep-operations`; large. Numbers are -1, names and times missing, where there is nothing to say; "
    "[the table of operations](concepts/operations_table.md)",
)


def operations(book: Ledger) -> pd.DataFrame:
    """One row for each need of each operation, each shipment in a train or aboard a ship, each pause, each closing.

    ``OPERATIONS`` says what the columns mean; times are UTC, missing for not yet.
    """
    plan = book.plan
    places = Places.of(plan)
    parts = [_trace_rows(book, places), _in_trains(book), _aboard(book), _pauses(book), _closed(book), _stopped(book)]
    n = sum(len(part["row"]) for part in parts)
    column = {}
    for name in _NUMBERS:
        none = [np.full(len(part["row"]), -1, np.int64) for part in parts]
        column[name] = np.concatenate([part.get(name, empty) for part, empty in zip(parts, none, strict=True)])
    causes = [cause.name.lower() for cause in Cause]
    names = {
        "row": ROWS,
        "kind": KINDS,
        "flow": plan.flow_name,
        "vessel": plan.vessels.name,
        "node": plan.node_name,
        "operation": operation_names(plan),
        "facility": plan.facilities.name,
        "cause": causes,
        "place": places.names,
        "wait_cause": causes,
        "wait_place": places.names,
    }
    table = {
        name: pd.Categorical.from_codes(column[name], list(names[name])) if name in names else column[name]
        for name in _NUMBERS
        if name not in _TIMES
    }
    times = {f"{name}_utc": book.when(column[name]) for name in _TIMES}
    return pd.DataFrame({**table, **times}, index=pd.RangeIndex(n))


def _trace_rows(book: Ledger, places: Places) -> Columns:
    plan, trace = book.plan, book.trace
    wanted = (*_TIMES, "mover", "train", "need", "units")
    column = {name: trace.column("rows", name).astype(np.int64) for name in wanted}
    need = column["need"]
    op = plan.needs.op[need].astype(np.int64)
    wait_cause, wait_place, node = waiting_of_needs(plan, places)
    call, _ = _calls_of_rows(book)
    found = {
        "row": np.full(len(need), OPERATION, np.int64),
        "kind": _kinds(plan)[need],
        **_movers(book, column["mover"], column["train"]),
        "call": call,
        "operation": op,
        "need": need - plan.needs.ptr[op],
        "node": node[need].astype(np.int64),
        "facility": plan.needs.facility[need].astype(np.int64),
        "units": np.abs(column["units"]),
        "cause": plan.operations.cause[op].astype(np.int64),
        "place": places.label(op).astype(np.int64),
        "wait_cause": wait_cause[need].astype(np.int64),
        "wait_place": wait_place[need].astype(np.int64),
        **{name: column[name] for name in _TIMES},
    }
    _name_shipments_in_hand(book, found)
    return found


def _movers(book: Ledger, mover: I64, train: I64) -> Columns:
    """Whose a row is: a shipment (for a train its oldest one) by flow and number, or a ship."""
    draws = book.draws
    lot = mover < draws.n_lot
    known = np.where(lot, mover, -1)
    return {
        "flow": np.append(draws.lot_flow.astype(np.int64), -1)[known],
        "ordinal": np.append(draws.lot_ordinal.astype(np.int64), -1)[known],
        "train": train,
        "vessel": np.where(lot, -1, mover - draws.n_lot),
    }


def _kinds(plan: Plan) -> I64:
    """[n_need] position in ``KINDS``; what loading gives back is released."""
    kind = plan.operations.kind[plan.needs.op].astype(np.int64)
    kind[yard_needs(plan)] = Kind.RELEASE
    for name, needs in (
        ("berth", plan.calls.berth_need),
        ("entry", plan.calls.entry_need),
        ("exit", plan.calls.exit_need),
        ("mooring", plan.calls.moor_need),
        ("discharging", plan.calls.discharge_need),
        ("loading", plan.calls.load_need),
        ("yard", plan.calls.yard_need),
    ):
        kind[needs[needs >= 0]] = KINDS.index(name)
    return kind


def _calls_of_rows(book: Ledger) -> tuple[I64, I64]:
    """[n_row] number of the call to which each row of a ship belongs, and the ship; -1 for rows of others."""
    trace = book.trace
    ship = trace.column("rows", "mover").astype(np.int64) - book.draws.n_lot
    call = np.full(len(ship), -1, np.int64)
    own = np.flatnonzero(ship >= 0)
    vessel, number = (trace.column("calls", c).astype(np.int64) for c in ("vessel", "call"))
    order = np.lexsort((number, trace.column("calls", "arrive"), vessel))
    begins = pack(vessel[order], trace.column("calls", "arrive")[order])
    at = np.searchsorted(begins, pack(ship[own], trace.column("rows", "request")[own]), side="right") - 1
    call[own] = number[order[at]]
    return call, np.maximum(ship, -1)


def _name_shipments_in_hand(book: Ledger, rows: Columns) -> None:
    """Write into a ship's lifts which shipment is lifted, and into the room in a yard which ship brings it."""
    trace = book.trace
    board = {
        c: trace.column("boards", c).astype(np.int64)
        for c in ("lot", "vessel", "call_from", "call_to", "discharge_request")
    }
    for kind, begins, ends in (("loading", "load_start", "load_end"), ("discharging", "discharge_start", "landed")):
        lifts = np.flatnonzero(rows["kind"] == KINDS.index(kind))
        lifts = lifts[_in_turn(rows["vessel"][lifts], rows["start"][lifts], rows["end"][lifts])]
        moments = [trace.column("boards", c).astype(np.int64) for c in (begins, ends)]
        asked = np.flatnonzero((board["discharge_request"] >= 0) | (kind == "loading"))
        asked = asked[_in_turn(board["vessel"][asked], moments[0][asked], moments[1][asked])]
        # the n-th lift of a ship is that of the n-th shipment that it loaded, or discharged
        at = find(_nth(board["vessel"][asked]), _nth(rows["vessel"][lifts]))
        lot = board["lot"][asked[at[at >= 0]]]
        rows["flow"][lifts[at >= 0]] = book.draws.lot_flow[lot]
        rows["ordinal"][lifts[at >= 0]] = book.draws.lot_ordinal[lot]
    rooms = np.flatnonzero(rows["kind"] == KINDS.index("yard"))
    known = pack(board["discharge_request"], board["lot"])
    at = find(known, pack(rows["request"][rooms], trace.column("rows", "mover")[rooms]))
    rooms, at = rooms[at >= 0], at[at >= 0]
    rows["vessel"][rooms], rows["call"][rooms] = board["vessel"][at], board["call_to"][at]


def _in_turn(vessel: I64, start: I64, end: I64) -> I64:
    """Order of a ship's lifts, one after the other; what has not begun or ended comes last."""
    never = np.iinfo(np.int64).max
    return np.lexsort((np.where(end < 0, never, end), np.where(start < 0, never, start), vessel))


def _nth(vessel: I64) -> I64:
    """Of entries in order of vessel: vessel and place among its own, as one number."""
    first = np.flatnonzero(np.append(True, vessel[1:] != vessel[:-1])) if len(vessel) else np.empty(0, np.int64)
    return pack(vessel, np.arange(len(vessel)) - np.repeat(first, np.diff(np.append(first, len(vessel)))))


def _in_trains(book: Ledger) -> Columns:
    wanted = ("lot", "train", "joined", "left")
    lot, train, joined, left = (book.trace.column("members", c).astype(np.int64) for c in wanted)
    return {
        "row": np.full(len(lot), IN_TRAIN, np.int64),
        **_movers(book, lot, train),
        "request": joined,
        "start": joined,
        "end": left,
    }


def _aboard(book: Ledger) -> Columns:
    trace = book.trace
    found = {
        c: trace.column("boards", c).astype(np.int64)
        for c in ("lot", "vessel", "call_from", "call_to", "queued", "load_start", "landed")
    }
    return {
        "row": np.full(len(found["lot"]), ABOARD, np.int64),
        **_movers(book, found["lot"], np.full(len(found["lot"]), -1, np.int64)),
        "vessel": found["vessel"],
        "call": found["call_from"],
        "landing_call": found["call_to"],
        "request": found["queued"],
        "start": found["load_start"],
        "end": found["landed"],
    }


def _pauses(book: Ledger) -> Columns:
    plan, trace = book.plan, book.trace
    mover, need, from_s, to_s = (trace.column("pauses", c).astype(np.int64) for c in ("mover", "need", "from", "to"))
    row = pause_rows(trace)
    return {
        "row": np.full(len(mover), PAUSE, np.int64),
        "kind": _kinds(plan)[need],
        **_movers(book, mover, trace.column("rows", "train").astype(np.int64)[row]),
        "operation": plan.needs.op[need].astype(np.int64),
        "facility": plan.needs.facility[need].astype(np.int64),
        "request": trace.column("rows", "request").astype(np.int64)[row],
        "start": from_s,
        "end": to_s,
    }


def _closed(book: Ledger) -> Columns:
    """Closings of facilities that somebody used, over the whole run."""
    spells = closed_spells(book.plan, book.draws, book.trace.stopped_s)
    used = np.isin(spells.key, book.facilities)
    from_s, to_s = spells.from_s[used], spells.to_s[used]
    return {
        "row": np.full(len(from_s), CLOSED, np.int64),
        "facility": spells.key[used],
        "request": from_s,
        "start": from_s,
        "end": to_s,
    }


def _stopped(book: Ledger) -> Columns:
    """When the run stopped: times that are missing lie after it."""
    at = np.full(1, book.trace.stopped_s, np.int64)
    return {"row": np.full(1, STOPPED, np.int64), "request": at, "start": at, "end": at}
