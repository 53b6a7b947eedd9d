"""From one replication to the tables of the results store: units in column names, times in UTC.

``replication_tables`` is called once for each finished replication; ``run_info`` takes from the world
what the tables need, as plain data that any process can be handed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.analysis.assets import Stock, asset_days, stocks_of
from sim.analysis.barriers import barrier_at
from sim.analysis.costs import RateBook, cost_table, rate_book
from sim.analysis.facility_load import closures, facilities_used, facility_days, facility_nodes
from sim.analysis.grouping import Groups
from sim.analysis.kpis import kpis
from sim.analysis.ledger import CAUSE_COLUMNS, Ledger, ledger
from sim.analysis.movements import journeys, link_table, traversals
from sim.analysis.voyages import voyages
from sim.clock import DAY_S, HOUR_S
from sim.engine.trace import ROW, Trace
from sim.model.arrays import Cause, Luck, Plan

if TYPE_CHECKING:
    from sim.network.world import World

#: Tables in the order in which they are written and read about.
TABLES = (
    "kpis",
    "shipments",
    "delays",
    "facilities",
    "voyages",
    "links",
    "node_waits",
    "closures",
    "assets",
    "costs",
    "journeys",
    "operations",
)
_CAUSES = np.array([c.name.lower() for c in Cause], object)


@dataclass(frozen=True)
class RunInfo:
    """``flows`` has ``sim.analysis.ledger.FLOW_COLUMNS``; ``origin`` is the day on which the clock is 0;
    ``pairs`` are (from node, to node, flows) whose transit times are shown beside published ones; ``rates``
    are tariffs and emission factors, if the geodata has any."""

    flows: pd.DataFrame
    origin: date
    pairs: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    rates: RateBook | None = None
    stocks: Mapping[str, Stock] = field(default_factory=dict)


def run_info(world: World) -> RunInfo:
    """Take from a resolved world what the tables need."""
    flows = pd.DataFrame(
        [
            {
                "flow": name,
                "units_per_lot": row.lot,
                "tonnes_per_unit": row.tonnes_per_unit,
                "net_tonnes_per_unit": row.net_tonnes_per_unit,
                "cargo": row.cargo,
                "commodity": row.commodity,
                "origin": row.origin,
                "destination": row.destination,
                "background": row.background,
                "in_corridor_total": row.in_corridor_total,
                "direction": row.direction,
                "promise_days": row.promise_days,
                "promise_from": row.promise_from or row.origin,
                "promise_to": row.promise_to or row.destination,
            }
            for name, row in sorted(world.flows.items())
        ]
    )
    warm_up_days = -(-world.scenario.warm_up_s // DAY_S)
    pairs = tuple(
        (row.from_node, row.to_node, tuple(row.flows))
        for _, row in sorted(world.observed.items())
        if row.quantity == "transit_time" and row.from_node and row.to_node
    )
    origin = world.scenario.period_start - timedelta(days=warm_up_days)
    return RunInfo(flows, origin, pairs, rate_book(world), stocks_of(world))


def replication_tables(
    plan: Plan, luck: Luck, trace: Trace, info: RunInfo, replication: int, keep_operations: bool = False
) -> dict[str, pd.DataFrame]:
    """All tables of one replication by name (``TABLES``; operations only if asked for, assets and costs
    only where there are any).

    Raises:
        CheckFailed: if delay attribution is not exact.
    """
    book = ledger(plan, luck, trace.by_columns(), info.flows, info.origin)
    moves = traversals(book)
    days, calls = facility_days(book), voyages(book)
    assets = asset_days(book, days, info.stocks)
    costs = None if info.rates is None else cost_table(book, info.rates)
    tables = {
        "kpis": kpis(book, info.pairs, days=days, calls=calls, moves=moves, costs=costs, assets=assets),
        "shipments": shipments(book),
        "delays": delays(book),
        "facilities": days,
        "voyages": calls,
        "links": link_table(book, moves),
        "node_waits": node_waits(book),
        "closures": closure_table(book),
    }
    if len(assets):
        tables["assets"] = assets
    if costs is not None:
        tables["costs"] = costs
    if replication == 0:
        tables["journeys"] = journeys(book, moves)
    if keep_operations:
        tables["operations"] = operations(book)
    for table in tables.values():
        table.insert(0, "replication", np.int32(replication))
    return tables


def shipments(book: Ledger) -> pd.DataFrame:
    """Lots that set out or land in the period, with the hours of each cause."""
    lots, start, end = book.lots, book.start_s, book.end_s
    born, done = lots["born_s"], lots["done_s"]
    lots = lots[born.between(start, end, inclusive="left") | done.between(start, end, inclusive="left")]
    done = lots["done_s"].to_numpy()
    table = pd.DataFrame(
        {
            "flow": pd.Categorical.from_codes(lots["flow"].to_numpy(), list(book.plan.flow_name)),
            "ordinal": lots["ordinal"].to_numpy(),
            "set_out": book.when(lots["born_s"]),
            "landed": book.when(done),
            "reported": lots["reported"].to_numpy(bool),
        }
    )
    for column in ("units", "teu", "wagons", "tonnes", "net_tonnes"):
        table[column] = lots[column].to_numpy()
    table["transit_h"] = np.where(done < 0, np.nan, (done - lots["born_s"].to_numpy()) / HOUR_S)
    table[list(CAUSE_COLUMNS)] = lots[list(CAUSE_COLUMNS)].to_numpy(np.float64)
    return table


def delays(book: Ledger) -> pd.DataFrame:
    """Hours of reported lots by flow, cause, place and backlog, and how many lots each concerned.

    The place of a barrier's time is the barrier and its node, such as ``documents@altynkol``.
    """
    seg = book.reported_segments
    flow = book.luck.lot_flow[seg.lot]
    node = np.where(seg.cause == Cause.BARRIER, seg.node + 1, 0)  # 0 = the place says it all
    table = _hours_and_lots([flow, seg.cause, seg.place, seg.backlog, node], seg.lasts_s, seg.lot)
    place = [barrier_at(seg.places[p], book.plan.node_name[n - 1]) if n else seg.places[p]
             for p, n in zip(table[2].tolist(), table[4].tolist(), strict=True)]  # fmt: skip
    return pd.DataFrame(
        {
            "flow": pd.Categorical.from_codes(table[0], list(book.plan.flow_name)),
            "cause": _CAUSES[table[1]],
            "place": np.array(place, object),
            "backlog": table[3].astype(bool),
            "hours": table["hours"],
            "lots": table["lots"],
        }
    )


def node_waits(book: Ledger) -> pd.DataFrame:
    """Hours and tonne-hours of reported lots at each node by cause (all but moving), and the tonnes concerned."""
    seg = book.reported_segments
    seg = seg.pick(np.flatnonzero(seg.cause != Cause.MOVING))
    tonnes = np.zeros(book.luck.n_lot)
    tonnes[book.lots["lot"]] = book.lots["tonnes"]
    table = _hours_and_lots([seg.node, seg.cause], seg.lasts_s, seg.lot, tonnes)
    return pd.DataFrame(
        {
            "node": np.array(book.plan.node_name, object)[table[0]],
            "cause": _CAUSES[table[1]],
            "hours": table["hours"],
            "tonnes": table["weight"],
            "tonne_hours": table["weighted_hours"],
        }
    )


def closure_table(book: Ledger) -> pd.DataFrame:
    """Spells in which a facility had no capacity at all, within the period."""
    used = facilities_used(book.plan, book.trace)
    facility, from_s, to_s = closures(book.plan, book.luck, used, book.start_s, min(book.end_s, book.trace.stopped_s))
    node = facility_nodes(book.plan)[facility]
    return pd.DataFrame(
        {
            "facility": np.array(book.plan.facility_name, object)[facility],
            "node": np.array(book.plan.node_name, object)[node],
            "from": book.when(from_s),
            "to": book.when(to_s),
        }
    )


def operations(book: Ledger) -> pd.DataFrame:
    """The trace's rows with names; ``flow`` and ``ordinal`` of a train are its oldest lot's, a vessel has none."""
    plan, luck, trace = book.plan, book.luck, book.trace
    column = {name: trace.column("rows", name) for name in ROW}
    lot = column["mover"] < luck.n_lot
    mover = np.where(lot, column["mover"], 0)
    flow = np.where(lot, luck.lot_flow[mover], -1) if luck.n_lot else np.full(len(mover), -1)
    vessel = np.where(lot, -1, column["mover"] - luck.n_lot)
    return pd.DataFrame(
        {
            "flow": pd.Categorical.from_codes(flow, list(plan.flow_name)),
            "ordinal": np.where(lot, luck.lot_ordinal[mover], -1) if luck.n_lot else -1,
            "train": column["train"],
            "vessel": pd.Categorical.from_codes(vessel, list(plan.vessel_name)),
            "operation": pd.Categorical.from_codes(plan.need_op[column["need"]], list(plan.op_name)),
            "facility": pd.Categorical.from_codes(plan.need_facility[column["need"]], list(plan.facility_name)),
            "units": column["units"],
            **{f"{name}_utc": book.when(column[name]) for name in ("request", "start", "end", "release")},
        }
    )


def _hours_and_lots(
    keys: list[Any], lasts_s: np.ndarray, lot: np.ndarray, weight: np.ndarray | None = None
) -> pd.DataFrame:
    """Group by integer keys: columns 0, 1, ... of the keys, hours, lots; the lots' weight, and hours times weight."""
    code = np.zeros(len(lot), np.int64)
    sizes = [int(np.max(k, initial=0)) + 1 for k in keys]
    for key, size in zip(keys, sizes, strict=True):
        code = code * size + key
    groups = Groups.of(code, lot)
    table = pd.DataFrame({"hours": groups.sums(lasts_s) / HOUR_S, "lots": groups.lots()})
    if weight is not None:
        table["weighted_hours"] = groups.sums(lasts_s * weight[lot]) / HOUR_S
        table["weight"] = groups.sums_of_lots(weight[lot])
    code = groups.code
    for k in range(len(keys) - 1, -1, -1):
        table[k] = code % sizes[k]
        code = code // sizes[k]
    return table
