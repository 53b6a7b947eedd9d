"""From one replication to the tables of the results store: units in column names, times in UTC.

``replication_tables`` is called once for each finished replication; ``run_info`` takes from the world
what the tables need, as plain data that any process can be handed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.assets import ASSETS, Stock, stocks_of
from sim.analysis.barriers import barrier_at
from sim.analysis.columns import CAUSE, FLOW, NODE, ORDINAL, REPLICATION, Column, StoredTable
from sim.analysis.costs import COSTS, RateBook, rate_book
from sim.analysis.facility_load import FACILITIES, closures, facility_nodes
from sim.analysis.grouping import Groups, count_different, numbered
from sim.analysis.kpis import KPIS, Views, kpis
from sim.analysis.ledger import CAUSE_COLUMNS, Ledger, ledger
from sim.analysis.markets import MARKETS, MarketInfo, market_info
from sim.analysis.movements import JOURNEYS, LINKS, journeys, link_table
from sim.analysis.operations import OPERATIONS, operations
from sim.analysis.passages import Pair, pair_of
from sim.analysis.port_stays import PORT_STAYS, stay_table
from sim.analysis.voyages import VOYAGES
from sim.clock import HOUR_S
from sim.contract.draws import Draws
from sim.contract.plan import Cause, Plan
from sim.contract.trace import Trace
from sim.indicators import CAUSES, CORRIDOR, INDICATORS, SAMPLES, Measure, Sample

if TYPE_CHECKING:
    from sim.network.world import World

_HOURS_BY_CAUSE = tuple(Column(f"{cause}_h", "h", words) for cause, words in CAUSES.items())
SHIPMENTS = StoredTable(
    "a shipment that departs or arrives in the period",
    (
        FLOW,
        ORDINAL,
        Column("set_out", "UTC", "departure"),
        Column("landed", "UTC", "arrival; missing if it has not arrived"),
        Column("reported", "", "departs in the period, and along the corridor"),
        Column("units", "units", "units of its cargo"),
        Column("teu", "TEU", "of its containers"),
        Column("wagons", "wagons", "of its wagons"),
        Column("tonnes", "t", "tonnes as the statistics count them, boxes included where they do"),
        Column("net_tonnes", "t", "tonnes of goods"),
        Column("transit_h", "h", "from departure to arrival; missing if it has not arrived"),
        *_HOURS_BY_CAUSE,
    ),
    "flows that are no background; the hours by cause add up to the time from departure to arrival",
)
SCOPES = StoredTable(
    "a scope of shipments and a flow of it", (Column("scope", "", "scope of `kpis`"), FLOW), "replication 0"
)
PASSAGES = StoredTable(
    "a shipment between two nodes that a published time names",
    (
        Column("scope", "", "`A->B`, or `stay A->B`"),
        FLOW,
        Column("set_out", "UTC", "when its clock began"),
        Column("hours", "h", "until it arrived; until the run stopped, if it has not"),
        Column("arrived", "", "whether it has"),
    ),
    "only where published times name nodes",
)
UNFINISHED = StoredTable(
    "a reported shipment that has not arrived when the run stops",
    (
        FLOW,
        ORDINAL,
        Column("set_out", "UTC", "departure"),
        NODE._replace(meaning="where it is"),
        CAUSE._replace(meaning="what its last stretch of time is put down to"),
        Column("place", "", "place of that cause"),
        Column("hours", "h", "since its departure"),
    ),
    "only where there are any",
)
DELAYS = StoredTable(
    "a flow, cause and place",
    (
        FLOW,
        CAUSE,
        Column("place", "", "facility, service, link, process or node; of a barrier `barrier@node`"),
        Column("backlog", "", "in a queue that a closing has left behind"),
        Column("hours", "h", "summed over shipments"),
        Column("lots", "shipments", "shipments concerned"),
    ),
    "reported shipments",
)
NODE_WAITS = StoredTable(
    "a node and cause",
    (
        NODE,
        CAUSE,
        Column("hours", "h", "summed over shipments"),
        Column("tonnes", "t", "of the shipments concerned"),
        Column("tonne_hours", "t-h", "tonnes times hours"),
    ),
    "reported shipments; every cause but moving",
)
CLOSURES = StoredTable(
    "a spell in which a facility has no capacity at all",
    (
        Column("facility", "", "id of the facility"),
        NODE._replace(meaning="node at which it is first used"),
        Column("from", "UTC", "begin"),
        Column("to", "UTC", "end"),
    ),
    "facilities that the run could use, within the period",
)
#: What a run stores, in the order in which it is written and read about.
TABLES = {
    "kpis": KPIS,
    "shipments": SHIPMENTS,
    "scopes": SCOPES,
    "passages": PASSAGES,
    "port_stays": PORT_STAYS,
    "unfinished": UNFINISHED,
    "delays": DELAYS,
    "facilities": FACILITIES,
    "voyages": VOYAGES,
    "links": LINKS,
    "node_waits": NODE_WAITS,
    "closures": CLOSURES,
    "assets": ASSETS,
    "costs": COSTS,
    "journeys": JOURNEYS,
    "markets": MARKETS,
    "operations": OPERATIONS,
}
_CAUSES = np.array([c.name.lower() for c in Cause], object)


@dataclass(frozen=True)
class RunInfo:
    """``flows`` has ``sim.analysis.ledger.FLOW_COLUMNS``; ``origin`` is the day on which the clock is 0;
    ``pairs`` are the nodes whose times are shown beside published ones; ``rates``
    are tariffs and emission factors, if the geodata has any; ``markets`` is what was decided in each, where demand answers."""

    flows: pd.DataFrame
    origin: date
    pairs: tuple[Pair, ...] = ()
    rates: RateBook | None = None
    stocks: Mapping[str, Stock] = field(default_factory=dict)
    markets: Mapping[str, MarketInfo] = field(default_factory=dict)


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
    timed = (pair_of(row.model_dump()) for _, row in sorted(world.observed.items()))
    pairs = tuple(dict.fromkeys(p for pair in timed if pair for p in (pair._replace(months=None), pair)))
    return RunInfo(flows, world.scenario.clock.origin, pairs, rate_book(world), stocks_of(world), market_info(world))


def replication_tables(
    plan: Plan, draws: Draws, trace: Trace, info: RunInfo, replication: int, keep_operations: bool = False
) -> dict[str, pd.DataFrame]:
    """All tables of one replication by name (``TABLES``; operations only if asked for, assets and costs
    only where there are any).

    Raises:
        CheckFailed: if delay attribution is not exact.
    """
    views = replication_views(plan, draws, trace.by_columns(), info, replication)
    book, moves = views.book, views.moves
    assets, costs, passed, stays = views.assets, views.costs, views.passed, views.stays
    tables = {
        "kpis": kpis(views),
        "shipments": shipments(views),
        "delays": delays(book),
        "facilities": views.days,
        "voyages": views.calls,
        "links": link_table(book, moves),
        "node_waits": node_waits(book),
        "closures": closure_table(book),
    }
    if len(assets):
        tables["assets"] = assets
    if costs is not None:
        tables["costs"] = costs
    if len(passed):
        tables["passages"] = passage_table(book, passed)
    if len(stays):
        tables["port_stays"] = stay_table(book, stays)
    left = unfinished(book)
    if len(left):
        tables["unfinished"] = left
    if replication == 0:
        tables["scopes"] = scope_table(book)
        tables["journeys"] = journeys(book, moves)
    if info.markets:
        tables["markets"] = views.went
    if keep_operations:
        tables["operations"] = operations(book)
    return {name: _numbered(table, replication) for name, table in tables.items()}


def wanted_tables(
    plan: Plan, draws: Draws, trace: Trace, info: RunInfo, replication: int, wanted: Collection[Measure]
) -> dict[str, pd.DataFrame]:
    """What the pooled statistics of some indicators need of one replication, and nothing else.

    Returns: ``kpis`` with the lines of ``wanted`` and of what they are divided by; of quantiles the entries of their
    scopes (``SAMPLES``), and the flows of these in ``scopes``. Pooled with those of other replications
    (``pooled_kpis``) it gives what the tables of ``replication_tables`` give, to the last bit.
    """
    return wanted_of(replication_views(plan, draws, trace, info, replication), wanted)


def wanted_of(views: Views, wanted: Collection[Measure]) -> dict[str, pd.DataFrame]:
    """``wanted_tables`` of a replication as indicators are taken from it."""
    per = (Measure(INDICATORS[one.kpi].per, CORRIDOR) for one in wanted if INDICATORS[one.kpi].per)
    tables = {"kpis": kpis(views, {*wanted, *per})}
    for name, columns in SAMPLES.items():
        scopes = {one.scope for one in wanted if INDICATORS[one.kpi].sample == name}
        if not scopes:
            continue
        table, names = _ENTRIES[name](views), scopes
        if columns.key == FLOW.name:
            of_scopes = scope_table(views.book)
            of_scopes = of_scopes[of_scopes["scope"].isin(scopes)]
            tables["scopes"], names = of_scopes, set(of_scopes["flow"])
        kept = table[columns.key].isin(names)
        tables[name] = table.loc[kept & table[columns.counted] if columns.counted else kept, columns.columns()[1:]]
    return {name: _numbered(table, views.replication) for name, table in tables.items()}


#: Samples of quantiles -> the table that has them.
_ENTRIES: dict[Sample, Callable[[Views], pd.DataFrame]] = {
    "shipments": lambda views: departures(views),
    "passages": lambda views: passage_table(views.book, views.passed),
    "port_stays": lambda views: stay_table(views.book, views.stays),
}


def replication_views(plan: Plan, draws: Draws, trace: Trace, info: RunInfo, replication: int = 0) -> Views:
    """One replication as the indicators are taken from it."""
    book = ledger(plan, draws, trace, info.flows, info.origin)
    return Views(book, info.pairs, info.rates, info.stocks, info.markets, replication)


def _numbered(table: pd.DataFrame, replication: int) -> pd.DataFrame:
    """The table with the number of its replication in front."""
    table = table.copy(deep=False)
    table.insert(0, REPLICATION.name, np.int32(replication))
    return table


def departures(views: Views) -> pd.DataFrame:
    """Lots that set out or land in the period."""
    book = views.book
    lots, some = book.lots, _in_period(book)
    born, done = lots["born_s"].to_numpy()[some], lots["done_s"].to_numpy()[some]
    return pd.DataFrame(
        {
            "flow": pd.Categorical.from_codes(lots["flow"].to_numpy()[some], list(book.plan.flow_name)),
            "ordinal": lots["ordinal"].to_numpy()[some],
            "set_out": book.when(born),
            "landed": book.when(done),
            "reported": lots["reported"].to_numpy(bool)[some],
            **{name: lots[name].to_numpy()[some] for name in ("units", "teu", "wagons", "tonnes", "net_tonnes")},
            "transit_h": np.where(done < 0, np.nan, (done - born) / HOUR_S),
        }
    )


def shipments(views: Views) -> pd.DataFrame:
    """``departures`` with the hours of each cause."""
    table, some = departures(views), _in_period(views.book)
    for name in CAUSE_COLUMNS:
        table[name] = views.book.hours[name].to_numpy()[some]
    return table


def _in_period(book: Ledger) -> np.ndarray:
    """Positions in ``lots`` of those that set out or land in the period."""
    born, done = (book.lots[name].to_numpy() for name in ("born_s", "done_s"))
    return np.flatnonzero((born >= book.start_s) & (born < book.end_s) | (done >= book.start_s) & (done < book.end_s))


def unfinished(book: Ledger) -> pd.DataFrame:
    """Reported shipments that have not arrived when the run stops: where they are, why, and their hours so far."""
    lots, seg, stopped_s = book.lots, book.segments, book.trace.stopped_s
    left = lots[lots["reported"].to_numpy(bool) & (lots["done_s"].to_numpy() < 0)]
    last = np.flatnonzero((seg.to_s == stopped_s) & np.isin(seg.lot, left["lot"].to_numpy()))
    last = last[np.argsort(seg.from_s[last], kind="stable")]
    where = dict(zip(seg.lot[last].tolist(), last.tolist(), strict=True))  # the last stretch of each
    left = left[left["lot"].isin(where)]
    at = np.array([where[lot] for lot in left["lot"].tolist()], np.int64)
    return pd.DataFrame(
        {
            "flow": pd.Categorical.from_codes(left["flow"].to_numpy(), list(book.plan.flow_name)),
            "ordinal": left["ordinal"].to_numpy(),
            "set_out": book.when(left["born_s"].to_numpy()),
            "node": np.array(book.plan.node_name, object)[seg.node[at]],
            "cause": _CAUSES[seg.cause[at]],
            "place": np.array(seg.places, object)[seg.place[at]],
            "hours": (stopped_s - left["born_s"].to_numpy()) / HOUR_S,
        }
    )


def scope_table(book: Ledger) -> pd.DataFrame:
    """The flows of each scope of shipments."""
    names = np.array(book.plan.flow_name, object)
    rows = [(scope, flow) for scope, flows in book.scopes() for flow in names[flows]]
    return pd.DataFrame(rows, columns=["scope", "flow"])


def passage_table(book: Ledger, passed: pd.DataFrame) -> pd.DataFrame:
    """Passages between the nodes of published times: when each began, and its hours (so far, if not arrived)."""
    return pd.DataFrame(
        {
            "scope": passed["scope"],
            "flow": passed["flow"],
            "set_out": book.when(passed["from_s"]),
            "hours": passed["hours"],
            "arrived": passed["arrived"],
        }
    )


def delays(book: Ledger) -> pd.DataFrame:
    """Hours of reported lots by flow, cause, place and backlog, and how many lots each concerned.

    The place of a barrier's time is the barrier and its node, such as ``documents@altynkol``.
    """
    seg, at = book.segments, book.reported_segments
    lot, of_barrier = seg.lot[at], seg.cause[at] == Cause.BARRIER
    node = np.where(of_barrier, seg.node[at] + 1, 0)  # 0 = the place says it all
    sizes = len(Cause), len(seg.places), 2, len(book.plan.node_name) + 1
    kinds, kind = numbered(np.ravel_multi_index((seg.cause[at], seg.place[at], seg.backlog[at], node), sizes))
    code = book.draws.lot_flow[lot] * len(kinds) + kind
    lots, lasts_s = count_different(code, lot), np.bincount(code, weights=seg.lasts_s[at])
    found = np.flatnonzero(lots)
    flow, kind = np.divmod(found, max(len(kinds), 1))
    cause, where, backlog, node = np.unravel_index(kinds[kind], sizes)
    place = [
        barrier_at(seg.places[p], book.plan.node_name[n - 1]) if n else seg.places[p]
        for p, n in zip(where.tolist(), node.tolist(), strict=True)
    ]
    return pd.DataFrame(
        {
            "flow": pd.Categorical.from_codes(flow, list(book.plan.flow_name)),
            "cause": _CAUSES[cause],
            "place": np.array(place, object),
            "backlog": backlog.astype(bool),
            "hours": lasts_s[found] / HOUR_S,
            "lots": lots[found],
        }
    )


def node_waits(book: Ledger) -> pd.DataFrame:
    """Hours and tonne-hours of reported lots at each node by cause (all but moving), and the tonnes concerned."""
    seg, at = book.segments, book.reported_segments
    at = at[np.flatnonzero(seg.cause[at] != Cause.MOVING)]
    lot, lasts_s = seg.lot[at], seg.lasts_s[at]
    tonnes = np.zeros(book.draws.n_lot)
    tonnes[book.lots["lot"]] = book.lots["tonnes"]
    tonnes = tonnes[lot]
    groups = Groups.of(seg.node[at] * np.int64(len(Cause)) + seg.cause[at], lot)
    node, cause = np.divmod(groups.code, len(Cause))
    return pd.DataFrame(
        {
            "node": np.array(book.plan.node_name, object)[node],
            "cause": _CAUSES[cause],
            "hours": groups.sums(lasts_s) / HOUR_S,
            "tonnes": groups.sums_of_lots(tonnes),
            "tonne_hours": groups.sums(lasts_s * tonnes) / HOUR_S,
        }
    )


def closure_table(book: Ledger) -> pd.DataFrame:
    """Spells in which a facility had no capacity at all, within the period."""
    until_s = min(book.end_s, book.trace.stopped_s)
    facility, from_s, to_s = closures(book.plan, book.draws, book.facilities, book.start_s, until_s)
    node = facility_nodes(book.plan)[facility]
    return pd.DataFrame(
        {
            "facility": np.array(book.plan.facilities.name, object)[facility],
            "node": np.array(book.plan.node_name, object)[node],
            "from": book.when(from_s),
            "to": book.when(to_s),
        }
    )
