"""Where lots were when: traversals of links, arrivals at nodes, and journeys for a time-space diagram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.analysis.columns import FLOW, NODE, ORDINAL, Column, StoredTable
from sim.analysis.grouping import count_different
from sim.analysis.ledger import Ledger
from sim.analysis.sea_pieces import boards_of, call_rows
from sim.clock import HOUR_S
from sim.contract.plan import Cause, Kind, Plan
from sim.contract.reading import first_steps, spread_to_lots

I64 = npt.NDArray[np.int64]
#: As many journeys of each flow are kept for the diagram.
JOURNEYS_PER_FLOW = 80

LINKS = StoredTable(
    "a link and direction that was used",
    (
        Column("link", "", "id of the link"),
        Column("from_node", "", "node where it was entered"),
        Column("to_node", "", "node to which it leads"),
        Column("trains", "", "trains and trucks that carried them; at sea voyages"),
        Column("lots", "shipments", "shipments that entered it"),
        Column("teu", "TEU", "of these shipments"),
        Column("tonnes", "t", "of these shipments"),
        Column("moving_h", "h", "on the link, summed over shipments"),
        Column("waiting_h", "h", "waiting to enter it, summed over shipments"),
    ),
    "followed flows that enter it in the period",
)
JOURNEYS = StoredTable(
    "a departure or an arrival of a container shipment",
    (
        FLOW,
        ORDINAL,
        Column("train", "", "number of the train or voyage among those of this table; -1 at origin and destination"),
        Column("time", "UTC", "when"),
        NODE,
        Column("state", "", "`depart` or `arrive`"),
    ),
    f"replication 0, at most {JOURNEYS_PER_FLOW} shipments a flow, evenly chosen",
)


@dataclass(frozen=True)
class Traversals:
    """Followed lots on links, one entry for each lot and link: times in seconds, -1 for not yet.

    At sea the lot departs when its ship leaves port and arrives when the ship does; ``landed_s`` is when
    the lot itself is ashore. ``carrier`` numbers trains and voyages, each with its own numbers.
    """

    lot: I64
    link: I64
    from_node: I64
    to_node: I64
    carrier: I64
    depart_s: I64
    arrive_s: I64
    landed_s: I64


def traversals(ledger: Ledger) -> Traversals:
    """Every link that a followed lot has entered."""
    plan, trace = ledger.plan, ledger.trace
    followed = np.zeros(ledger.draws.n_lot, bool)
    followed[ledger.lots["lot"]] = True
    rows = ledger.steps
    travels = (plan.operations.kind == Kind.BOARD) | (plan.operations.link >= 0)
    rows = rows[np.flatnonzero(travels[plan.needs.op][trace.column("rows", "need")[rows]])]
    rows = rows[np.flatnonzero(trace.column("rows", "start")[rows] >= 0)]
    op = plan.needs.op[trace.column("rows", "need")[rows]].astype(np.int64)
    at_sea = np.flatnonzero(plan.operations.kind[op] == Kind.BOARD)
    depart = trace.column("rows", "start")[rows].astype(np.int64)
    arrive = trace.column("rows", "end")[rows].astype(np.int64)
    landed = arrive.copy()
    carrier = rows.copy()
    board = boards_of(trace, rows[at_sea])
    vessel = trace.column("boards", "vessel")[board].astype(np.int64)
    begin = trace.column("boards", "call_from")[board].astype(np.int64)
    finish = trace.column("boards", "call_to")[board].astype(np.int64)
    out = call_rows(trace, vessel, begin)
    into = np.where(finish >= 0, call_rows(trace, vessel, np.maximum(finish, 0)), -1)
    depart[at_sea] = trace.column("calls", "left")[out] if len(out) else 0
    arrive[at_sea] = np.where(into >= 0, trace.column("calls", "arrive")[into], -1) if len(out) else 0
    carrier[at_sea] = len(trace.rows) + out
    lot, at = spread_to_lots(trace, rows, followed)
    keep = np.flatnonzero(depart[at] >= 0)
    lot, at = lot[keep], at[keep]
    return Traversals(
        lot,
        plan.operations.link[op].astype(np.int64)[at],
        plan.operations.from_node[op].astype(np.int64)[at],
        plan.operations.node[op].astype(np.int64)[at],
        carrier[at],
        depart[at],
        arrive[at],
        landed[at],
    )


def node_to_node_s(ledger: Ledger, moves: Traversals, from_node: str, to_node: str) -> pd.DataFrame:
    """Lots that pass both nodes: lot, from_s, lasts_s (infinite if it has not arrived).

    The clock starts when the lot first arrives at ``from_node`` over a link, or sets out there, and
    stops when it first arrives (at a port: is landed) at ``to_node`` after that. Lots whose way leads to
    ``to_node`` but that are not there yet count as infinite; those that do not go there are left out.
    """
    plan, lots = ledger.plan, ledger.lots
    a, b = plan.node_name.index(from_node), plan.node_name.index(to_node)
    lot, born_s = lots["lot"].to_numpy(), lots["born_s"].to_numpy()
    origin = np.flatnonzero((ledger.flows["origin"] == from_node).to_numpy(bool)[lots["flow"].to_numpy()])
    begin, finish = np.full(ledger.draws.n_lot, np.inf), np.full(ledger.draws.n_lot, np.inf)
    begin[lot[origin]] = born_s[origin]
    at = np.flatnonzero(moves.to_node == a)
    _earliest(begin, moves, at[moves.landed_s[at] >= 0])
    at = np.flatnonzero(moves.to_node == b)
    _earliest(finish, moves, at[moves.landed_s[at] >= begin[moves.lot[at]]])
    lot = lot[np.flatnonzero(np.isfinite(begin[lot]))]
    lot = lot[_goes_through(ledger, lot, b)]
    return pd.DataFrame({"lot": lot, "from_s": begin[lot], "lasts_s": finish[lot] - begin[lot]})


def stays_s(ledger: Ledger, moves: Traversals, from_node: str, at_node: str) -> pd.DataFrame:
    """Lots that come to ``at_node`` over a link from ``from_node`` and go on from there: lot, from_s, lasts_s.

    From the first arrival to the next departure over a link or by sea; infinite of lots that are
    still there; those whose journey ends there are left out.
    """
    plan, lots = ledger.plan, ledger.lots
    a, b = plan.node_name.index(from_node), plan.node_name.index(at_node)
    begin, finish = np.full(ledger.draws.n_lot, np.inf), np.full(ledger.draws.n_lot, np.inf)
    _earliest(begin, moves, np.flatnonzero((moves.to_node == b) & (moves.from_node == a) & (moves.landed_s >= 0)))
    out = np.flatnonzero(moves.from_node == b)
    out = out[moves.depart_s[out] >= begin[moves.lot[out]]]
    np.minimum.at(finish, moves.lot[out], moves.depart_s[out].astype(float))
    lot = lots["lot"].to_numpy()
    lot = lot[np.isfinite(begin[lot])]
    lot = lot[ends_of(ledger, lot) != b]
    return pd.DataFrame({"lot": lot, "from_s": begin[lot], "lasts_s": finish[lot] - begin[lot]})


def link_table(ledger: Ledger, moves: Traversals) -> pd.DataFrame:
    """Use of each link and direction by lots in the period: trains or voyages, lots, TEU, tonnes, hours."""
    plan, lots = ledger.plan, ledger.lots
    departs = (moves.depart_s >= ledger.start_s) & (moves.depart_s < ledger.end_s)
    inside = np.flatnonzero(departs & (moves.link >= 0))
    place = np.zeros(ledger.draws.n_lot, np.int64)  # of each lot in the ledger
    place[lots["lot"]] = np.arange(len(lots))
    row = place[moves.lot[inside]]
    from_node, to_node = moves.from_node[inside], moves.to_node[inside]
    way = 2 * moves.link[inside] + (from_node > to_node)  # the two ways over a link, that from the lower node first
    ends = np.zeros((2 * len(plan.link_name), 2), np.int64)  # of each way: where it begins, where it leads
    ends[way, 0], ends[way, 1] = from_node, to_node
    arrive_s = np.where(moves.arrive_s < 0, ledger.trace.stopped_s, moves.arrive_s)[inside]
    frame = pd.DataFrame(
        {
            "teu": lots["teu"].to_numpy()[row],
            "tonnes": lots["tonnes"].to_numpy()[row],
            "moving_h": (arrive_s - moves.depart_s[inside]) / HOUR_S,
        }
    )
    table = frame.groupby(way).sum()
    used = table.index.to_numpy()  # ways in order of link, then of the node where they begin
    table.insert(0, "link", used // 2)
    table.insert(1, "from_node", ends[used, 0])
    table.insert(2, "to_node", ends[used, 1])
    table.insert(3, "trains", count_different(way, moves.carrier[inside])[used])
    table.insert(4, "lots", np.bincount(way)[used])
    seg = ledger.segments
    stood = (seg.link >= 0) & ((seg.cause == Cause.CAPACITY) | (seg.cause == Cause.CLOSURE))
    waited = np.flatnonzero(stood & (seg.from_s >= ledger.start_s) & (seg.from_s < ledger.end_s))
    op = plan.needs.op[ledger.trace.column("rows", "need")[seg.row[waited]]]
    waits = pd.DataFrame(
        {
            "link": seg.link[waited],
            "from_node": plan.operations.from_node[op],
            "waiting_h": seg.lasts_s[waited] / HOUR_S,
        }
    )
    table = table.merge(
        waits.groupby(["link", "from_node"], as_index=False).sum(), how="left", on=["link", "from_node"]
    )
    table["waiting_h"] = table["waiting_h"].fillna(0.0)
    for column, names in (("link", plan.link_name), ("from_node", plan.node_name), ("to_node", plan.node_name)):
        table[column] = np.array(names, object)[table[column].to_numpy(np.int64)]
    return table


def journeys(ledger: Ledger, moves: Traversals) -> pd.DataFrame:
    """Departures and arrivals of evenly chosen container lots: flow, ordinal, train, time, node, state."""
    plan = ledger.plan
    boxes = ledger.lots[(ledger.lots["teu"] > 0) & ledger.lots["reported"]]
    rank, count = boxes.groupby("flow").cumcount(), boxes.groupby("flow")["lot"].transform("size")
    stride = np.maximum(-(-count // JOURNEYS_PER_FLOW), 1)
    chosen = boxes[rank % stride == 0].set_index("lot")
    on = np.isin(moves.lot, chosen.index)
    there = on & (moves.arrive_s >= 0)
    ended = chosen[chosen["done_s"] >= 0]
    node_of = {name: i for i, name in enumerate(plan.node_name)}
    start = ledger.flows["origin"].map(node_of).to_numpy()
    parts = (
        (chosen.index, chosen["born_s"], start[chosen["flow"]], -1, "arrive"),
        (moves.lot[on], moves.depart_s[on], moves.from_node[on], moves.carrier[on], "depart"),
        (moves.lot[there], moves.arrive_s[there], moves.to_node[there], moves.carrier[there], "arrive"),
        (ended.index, ended["done_s"], ends_of(ledger, ended.index.to_numpy()), -1, "depart"),
    )
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "lot": np.asarray(lot),
                    "time_s": np.asarray(s),
                    "node": np.asarray(node),
                    "train": train,
                    "state": state,
                    "part": k,
                }
            )
            for k, (lot, s, node, train, state) in enumerate(parts)
        ],
        ignore_index=True,
    )
    table = table.sort_values(["lot", "time_s", "part"], kind="stable", ignore_index=True)
    carried = table["train"] >= 0
    table.loc[carried, "train"] = pd.factorize(table.loc[carried, "train"])[0]  # whatever the order of the trace
    flow = chosen["flow"].reindex(table["lot"]).to_numpy(np.int64)
    return pd.DataFrame(
        {
            "flow": np.array(plan.flow_name, object)[flow],
            "ordinal": chosen["ordinal"].reindex(table["lot"]).to_numpy(np.int64),
            "train": table["train"],
            "time": ledger.when(table["time_s"]),
            "node": np.array(plan.node_name, object)[table["node"].to_numpy(np.int64)],
            "state": table["state"],
        }
    )


def _earliest(second: npt.NDArray[np.float64], moves: Traversals, at: I64) -> None:
    """Lower ``second`` [n_lot] to each lot's first landing among the traversals at indices."""
    np.minimum.at(second, moves.lot[at], moves.landed_s[at].astype(float))


def _goes_through(ledger: Ledger, lot: I64, node: int) -> npt.NDArray[np.bool_]:
    """[n] whether the route of each lot, as it has chosen it, leads over a link or by sea to the node."""
    plan = ledger.plan
    before = np.concatenate(([0], np.cumsum((_arrives(plan) & (plan.operations.node == node))[plan.programs.op])))
    first, last = _steps_taken(ledger, lot)
    return before[last] > before[first]


def ends_of(ledger: Ledger, lot: I64) -> I64:
    """[n] the node where the route of each lot ends, as it has chosen it: not that of its flow for each alternative.

    -1 where a route has neither link nor sea leg.
    """
    plan = ledger.plan
    steps = np.arange(len(plan.programs.op))
    latest = np.maximum.accumulate(np.where(_arrives(plan)[plan.programs.op], steps, -1))
    first, last = _steps_taken(ledger, lot)
    at = latest[last - 1]
    return np.where(at >= first, plan.operations.node[plan.programs.op[at]], -1).astype(np.int64)


def _arrives(plan: Plan) -> npt.NDArray[np.bool_]:
    """[n_op] whether an operation takes a lot to a node, over a link or by sea."""
    return (plan.operations.link >= 0) | (plan.operations.kind == Kind.BOARD)


def _steps_taken(ledger: Ledger, lot: I64) -> tuple[I64, I64]:
    """The first step of each lot's program, and that after the last, of the branch that it has chosen."""
    plan, program = ledger.plan, ledger.draws.lot_program[lot]
    first, last = first_steps(plan, program), plan.programs.ptr[program + 1].astype(np.int64)
    branch = ledger.branch[lot]
    some = np.flatnonzero(branch >= 0)
    op = plan.programs.op[first[some]]  # a choice is the first step; its branches follow one another
    at = plan.choices.ptr[op] + branch[some]
    is_last = at + 1 == plan.choices.ptr[op + 1]
    following = plan.choices.target[np.where(is_last, at, at + 1)]
    last[some] = np.where(is_last, last[some], first[some] + following)
    first[some] += plan.choices.target[at]
    return first, last
